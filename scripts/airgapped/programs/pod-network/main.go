// The network of pods, in place of kindnet, whose program is not published as a Go module.
//
// On each node it tells the CNI plugins which addresses the node's pods get, sends packets for other nodes' pods to
// those nodes, and hides pods behind their node's address where they speak with the world outside. Nothing is removed
// again: a cluster's nodes are made and deleted together. IPv4 only.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

const (
	account       = "/var/run/secrets/kubernetes.io/serviceaccount"
	configuration = "/etc/cni/net.d/10-pod-network.conflist"
	often         = 10 * time.Second // New nodes are rare,
	soon          = time.Second      // but at a cluster's start everything waits for us.
)

func main() {
	for {
		pause := often
		if err := bringUp(os.Getenv("NODE_NAME"), os.Getenv("POD_SUBNET")); err != nil {
			log.Print(err)
			pause = soon
		}
		time.Sleep(pause)
	}
}

// bringUp makes everything as it should be; what is so already stays as it is.
func bringUp(ours, podSubnet string) error {
	nodes, err := list()
	if err != nil {
		return err
	}
	var errs []error
	for _, node := range nodes {
		switch {
		case node.Spec.PodCIDR == "": // The controller manager has not come to it yet.
			errs = append(errs, fmt.Errorf("node %s has no addresses for pods yet", node.Metadata.Name))
		case node.Metadata.Name == ours:
			errs = append(errs, configure(node.Spec.PodCIDR))
		default:
			errs = append(errs, route(node))
		}
	}
	return errors.Join(append(errs, masquerade(podSubnet))...)
}

// node is what is read of a Node.
type node struct {
	Metadata struct{ Name string }
	Spec     struct{ PodCIDR string }
	Status   struct {
		Addresses []struct{ Type, Address string }
	}
}

// list asks the API server for all nodes. Tokens expire, so both files are read anew each time.
func list() ([]node, error) {
	authority, err := os.ReadFile(filepath.Join(account, "ca.crt"))
	if err != nil {
		return nil, err
	}
	token, err := os.ReadFile(filepath.Join(account, "token"))
	if err != nil {
		return nil, err
	}
	trusted := x509.NewCertPool()
	if !trusted.AppendCertsFromPEM(authority) {
		return nil, errors.New("the cluster's certificate authority is no certificate")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted}}
	defer transport.CloseIdleConnections()

	server := net.JoinHostPort(os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT"))
	request, err := http.NewRequest(http.MethodGet, "https://"+server+"/api/v1/nodes", nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+string(token))
	response, err := (&http.Client{Transport: transport, Timeout: 10 * time.Second}).Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(response.Body, 500))
		return nil, fmt.Errorf("listing nodes: %s %s", response.Status, body)
	}
	var answer struct{ Items []node }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return nil, fmt.Errorf("listing nodes: %w", err)
	}
	return answer.Items, nil
}

// configure tells the CNI plugins of our node's addresses; the kubelet calls a node ready once this file is there.
func configure(podCIDR string) error {
	type object = map[string]any
	wanted, err := json.MarshalIndent(object{
		"cniVersion": "0.4.0",
		"name":       "pod-network",
		"plugins": []object{
			{
				"type": "ptp",
				"ipam": object{
					"type":   "host-local",
					"ranges": [][]object{{{"subnet": podCIDR}}},
					"routes": []object{{"dst": "0.0.0.0/0"}},
				},
			},
			{"type": "portmap", "capabilities": object{"portMappings": true}},
		},
	}, "", "  ")
	if err != nil {
		return err
	}
	if present, err := os.ReadFile(configuration); err == nil && string(present) == string(wanted) {
		return nil
	}
	// Whole or not at all: the container runtime watches the folder.
	if err := os.WriteFile(configuration+".new", wanted, 0o644); err != nil {
		return err
	}
	log.Printf("pods of this node get addresses of %s", podCIDR)
	return os.Rename(configuration+".new", configuration)
}

// route sends packets for another node's pods to that node.
func route(node node) error {
	for _, address := range node.Status.Addresses {
		parsed := net.ParseIP(address.Address)
		if address.Type == "InternalIP" && parsed != nil && parsed.To4() != nil {
			return run("ip", "route", "replace", node.Spec.PodCIDR, "via", address.Address)
		}
	}
	return fmt.Errorf("node %s has no address yet", node.Metadata.Name)
}

// masquerade gives packets that leave the pods' network their node's address.
func masquerade(podSubnet string) error {
	rule := []string{
		"POSTROUTING", "--source", podSubnet, "!", "--destination", podSubnet,
		"--match", "addrtype", "!", "--dst-type", "LOCAL", "--jump", "MASQUERADE",
	}
	if run("iptables", append([]string{"--wait", "--table", "nat", "--check"}, rule...)...) == nil {
		return nil
	}
	return run("iptables", append([]string{"--wait", "--table", "nat", "--append"}, rule...)...)
}

func run(program string, arguments ...string) error {
	output, err := exec.Command(program, arguments...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %v: %w: %s", program, arguments, err, output)
	}
	return nil
}
