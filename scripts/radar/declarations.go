// Declarations prints the top-level declarations of Go files, without comments, as JSON.
//
// It reads the paths of the files from standard input, one a line, and writes an object from each path to its
// declarations: the name (a method's with its receiver, "Predictor.Reconcile") and the gofmt-formatted source.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
)

type declaration struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

func main() {
	found := map[string][]declaration{}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		declarations, err := read(lines.Text())
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		found[lines.Text()] = declarations
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(path string) ([]declaration, error) {
	files := token.NewFileSet()
	// Without parser.ParseComments a changed comment is not a change.
	file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	declarations := []declaration{}
	for _, node := range file.Decls {
		switch node := node.(type) {
		case *ast.FuncDecl:
			name := node.Name.Name
			if node.Recv != nil && len(node.Recv.List) > 0 {
				name = receiver(node.Recv.List[0].Type) + "." + name
			}
			declarations = append(declarations, declaration{name, text(files, node)})
		case *ast.GenDecl:
			for _, spec := range node.Specs {
				for _, name := range names(spec) {
					declarations = append(declarations, declaration{name, node.Tok.String() + " " + text(files, spec)})
				}
			}
		}
	}
	return declarations, nil
}

func receiver(node ast.Expr) string {
	switch node := node.(type) {
	case *ast.StarExpr:
		return receiver(node.X)
	case *ast.IndexExpr:
		return receiver(node.X)
	case *ast.Ident:
		return node.Name
	}
	return ""
}

func names(spec ast.Spec) []string {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		return []string{spec.Name.Name}
	case *ast.ValueSpec:
		names := []string{}
		for _, name := range spec.Names {
			names = append(names, name.Name)
		}
		return names
	}
	return nil
}

func text(files *token.FileSet, node any) string {
	var out bytes.Buffer
	if err := format.Node(&out, files, node); err != nil {
		return err.Error()
	}
	return out.String()
}
