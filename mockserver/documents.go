package mockserver

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/quartet-go/quartet/mockserver/internal/compiled"
	"github.com/quartet-go/quartet/mockserver/internal/contract"
	"github.com/quartet-go/quartet/mockserver/internal/dialect"
	"github.com/quartet-go/quartet/mockserver/internal/redact"
)

// documents are the contract and the dialect of each API. They never change, so
// that all servers of a process share them.
type documents struct {
	contract *contract.Contract
	dialects map[*contract.API]dialect.Dialect
	redactor *redact.Redactor
}

var load = sync.OnceValues(func() (documents, error) { return documentsOf(compiled.Published()) })

// loadAdmin makes those of the admin API, which a server without a call of it does not need.
var loadAdmin = sync.OnceValues(func() (documents, error) { return documentsOf(compiled.Admin()) })

func documentsOf(apis []*contract.API) (documents, error) {
	c, err := contract.New(apis)
	if err != nil {
		return documents{}, fmt.Errorf("mockserver: %w", err)
	}
	dialects := make(map[*contract.API]dialect.Dialect, len(c.APIs))
	for _, api := range c.APIs {
		if dialects[api], err = dialect.For(api.Dialect); err != nil {
			return documents{}, fmt.Errorf("mockserver: %s: %w", api.Name, err)
		}
	}
	var keys []string // headers with credentials
	for op := range c.Operations() {
		keys = append(keys, op.Security.APIKeyHeaders...)
	}
	return documents{c, dialects, redact.New(c.Secrets, keys)}, nil
}

// operationNamed returns an operation of the documents, nil for none.
func operationNamed(id string) *contract.Operation {
	documents, err := load()
	if err != nil {
		return nil // New has told it
	}
	return documents.contract.Operation(id)
}

func unknownOperation(id string) string {
	documents, err := load()
	if err != nil {
		return err.Error()
	}
	var ids []string
	for op := range documents.contract.Operations() {
		ids = append(ids, op.ID)
	}
	return fmt.Sprintf("there is no operation %q; there are %s", id, strings.Join(ids, ", "))
}

func tagged(tag string) bool {
	documents, err := load()
	if err != nil {
		return false // New has told it
	}
	for op := range documents.contract.Operations() {
		if slices.Contains(op.Tags, tag) {
			return true
		}
	}
	return false
}
