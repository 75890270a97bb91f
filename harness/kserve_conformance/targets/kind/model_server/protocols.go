package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
)

// The largest body that is read; a request here is a few words.
const largest = 1 << 20

// handler answers KServe's v1 protocol, its v2 protocol, and "GET /" for probes that know neither.
func handler(told settings) http.Handler {
	// "is" lets only requests for our model through; without a name given at start, every model is ours.
	is := func(answer func(http.ResponseWriter, *http.Request, string)) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			name := strings.TrimSuffix(r.PathValue("name"), ":predict")
			if told.ModelName != "" && name != told.ModelName {
				fail(w, http.StatusNotFound, "model "+name+" is not here, only "+told.ModelName)
				return
			}
			answer(w, r, name)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		say(w, map[string]any{"status": "alive", "runtime": told.Runtime})
	})

	mux.HandleFunc("GET /v1/models/{name}", is(func(w http.ResponseWriter, _ *http.Request, name string) {
		say(w, map[string]any{"name": name, "ready": true})
	}))
	mux.HandleFunc("POST /v1/models/{name}", is(func(w http.ResponseWriter, r *http.Request, _ string) {
		if !strings.HasSuffix(r.PathValue("name"), ":predict") {
			fail(w, http.StatusNotFound, "only :predict is here")
			return
		}
		var asked struct {
			Instances []any `json:"instances"`
		}
		if !parse(w, r, &asked) {
			return
		}
		if asked.Instances == nil {
			fail(w, http.StatusBadRequest, "instances must be a list")
			return
		}
		predictions := make([]string, len(asked.Instances))
		for i := range predictions {
			predictions[i] = told.Runtime
		}
		say(w, map[string]any{"predictions": predictions, "served_by": told})
	}))

	mux.HandleFunc("GET /v2/health/live", func(w http.ResponseWriter, _ *http.Request) {
		say(w, map[string]any{"live": true})
	})
	mux.HandleFunc("GET /v2/health/ready", func(w http.ResponseWriter, _ *http.Request) {
		say(w, map[string]any{"ready": true})
	})
	mux.HandleFunc("GET /v2/models/{name}", is(func(w http.ResponseWriter, _ *http.Request, name string) {
		say(w, map[string]any{"name": name, "platform": told.Runtime, "inputs": []any{}, "outputs": []any{}})
	}))
	mux.HandleFunc("GET /v2/models/{name}/ready", is(func(w http.ResponseWriter, _ *http.Request, name string) {
		say(w, map[string]any{"name": name, "ready": true})
	}))
	mux.HandleFunc("POST /v2/models/{name}/infer", is(func(w http.ResponseWriter, r *http.Request, name string) {
		var asked struct {
			ID     string `json:"id"`
			Inputs []any  `json:"inputs"`
		}
		if !parse(w, r, &asked) {
			return
		}
		if asked.Inputs == nil {
			fail(w, http.StatusBadRequest, "inputs must be a list")
			return
		}
		output := map[string]any{
			"name": "runtime", "datatype": "BYTES", "shape": []int{1}, "data": []string{told.Runtime},
		}
		answer := map[string]any{"model_name": name, "outputs": []any{output}, "served_by": told}
		if asked.ID != "" {
			answer["id"] = asked.ID
		}
		say(w, answer)
	}))
	return mux
}

// parse reads a body as JSON; where it cannot, it has answered already.
func parse(w http.ResponseWriter, r *http.Request, into any) bool {
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, largest)).Decode(into)
	if err == nil {
		return true
	}
	status := http.StatusBadRequest
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		status = http.StatusRequestEntityTooLarge
	}
	fail(w, status, err.Error())
	return false
}

func say(w http.ResponseWriter, answer any) {
	respond(w, http.StatusOK, answer)
}

func fail(w http.ResponseWriter, status int, reason string) {
	respond(w, status, map[string]any{"error": reason})
}

func respond(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// A client that went away meanwhile is none of our business.
	_ = json.NewEncoder(w).Encode(answer)
}
