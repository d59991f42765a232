package mockserver

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/quartet-go/quartet/internal/version"
	"github.com/quartet-go/quartet/openapi"
)

// The operations of the admin API about the server as a whole.

type condition struct {
	Status string `yaml:"status"`
}

func (c *adminCall) health() (any, *refusal) { return condition{"ok"}, nil }

func (c *adminCall) readiness() (any, *refusal) {
	if c.server.open.Load().Err() != nil {
		return nil, &refusal{status: http.StatusServiceUnavailable, message: "The server stops"}
	}
	return condition{"ready"}, nil
}

type versionAnswer struct {
	Version   string         `yaml:"version"`
	Documents []documentInfo `yaml:"documents"`
}

type documentInfo struct {
	Name    string `yaml:"name"`
	Title   string `yaml:"title"`
	Version string `yaml:"version"`
	SHA256  string `yaml:"sha256"`
}

func (c *adminCall) version() (any, *refusal) {
	admin, err := loadAdmin()
	if err != nil {
		return nil, nil // not after serveAdmin
	}
	answer := versionAnswer{Version: version.Version}
	for _, api := range slices.Concat(c.server.contract.APIs, admin.contract.APIs) {
		sum := sha256.Sum256(documentFile(api.Name + ".yaml"))
		answer.Documents = append(answer.Documents, documentInfo{api.Name, api.Title, api.Version, hex.EncodeToString(sum[:])})
	}
	return answer, nil
}

// documentFile returns a document's file, nil for none.
func documentFile(name string) []byte {
	for _, files := range []fs.FS{openapi.FS, openapi.AdminFS} {
		if data, err := fs.ReadFile(files, name); err == nil {
			return data
		}
	}
	return nil
}

func (c *adminCall) document() (any, *refusal) {
	asked, _ := c.path.Get("file")
	name, isJSON := strings.CutSuffix(asked, ".json")
	if !isJSON {
		name = strings.TrimSuffix(asked, ".yaml")
	}
	file := documentFile(name + ".yaml")
	if file == nil {
		return nil, &refusal{status: http.StatusNotFound, message: "There is no document of this name; getVersion lists those that there are"}
	}
	if !isJSON {
		return text{"application/yaml", file}, nil
	}
	var tree yaml.Node
	if err := yaml.Unmarshal(file, &tree); err != nil {
		return nil, &refusal{status: http.StatusInternalServerError, undocumented: true} // loaded before
	}
	return text{"application/json", appendJSON(nil, tree.Content[0])}, nil
}

type coverageAnswer struct {
	Percent    float64             `yaml:"percent"`
	Operations []OperationCoverage `yaml:"operations"`
}

func (c *adminCall) coverage() (any, *refusal) {
	covered := c.server.Coverage()
	return coverageAnswer{covered.Percent(), covered.Operations}, nil
}

func (c *adminCall) coverageTable() (any, *refusal) {
	return text{"text/markdown; charset=utf-8", []byte(c.server.Coverage().Markdown())}, nil
}

type spaceList struct {
	Spaces []spaceInfo `yaml:"spaces"`
}

type spaceInfo struct {
	ID       string `yaml:"id"`
	Path     string `yaml:"path"`
	Calls    int    `yaml:"calls"`
	Dropped  uint64 `yaml:"dropped"`
	UnderWay int64  `yaml:"under_way"`
	Faults   int    `yaml:"faults"`
}

func (s *Space) info() spaceInfo {
	info := spaceInfo{ID: s.id, UnderWay: s.active.Load() - s.steered.Load(), Faults: len(s.Faults())}
	if s.id != "" {
		info.Path = spacePrefix + url.PathEscape(s.id)
	}
	s.server.journal.mu.Lock()
	defer s.server.journal.mu.Unlock()
	info.Calls, info.Dropped = len(s.calls.records), s.calls.dropped
	return info
}

func (c *adminCall) listSpaces() (any, *refusal) {
	list := spaceList{Spaces: []spaceInfo{}}
	for _, space := range c.server.allSpaces() {
		list.Spaces = append(list.Spaces, space.info())
	}
	return list, nil
}

// allSpaces returns the spaces sorted by id.
func (s *Server) allSpaces() []*Space {
	s.spaces.mu.RLock()
	defer s.spaces.mu.RUnlock()
	all := make([]*Space, 0, len(s.spaces.byID))
	for _, space := range s.spaces.byID {
		all = append(all, space)
	}
	slices.SortFunc(all, func(a, b *Space) int { return cmp.Compare(a.id, b.id) })
	return all
}

func (c *adminCall) createSpace() (any, *refusal) {
	var wanted struct {
		ID   string  `yaml:"id"`
		From *string `yaml:"from"`
	}
	if refused := c.decode(&wanted, func() (flaws checker) {
		why := unfit(wanted.ID)
		flaws.expect(why == "", "it "+why, "id")
		return flaws
	}); refused != nil {
		return nil, refused
	}
	from := c.server.seed
	if wanted.From != nil {
		origin := c.server.existing(*wanted.From)
		if origin == nil {
			return nil, &refusal{status: http.StatusNotFound, message: fmt.Sprintf("There is no space %q to begin like", *wanted.From)}
		}
		from = origin.Snapshot()
	}
	space, refused := c.server.createFrom(wanted.ID, from)
	if refused != nil {
		return nil, refused
	}
	return space.info(), nil
}

func (c *adminCall) deleteSpace() (any, *refusal) {
	if id, _ := c.path.Get("space"); !c.server.removeSpace(id) {
		return nil, &refusal{status: http.StatusNotFound, message: fmt.Sprintf("There is no space %q", id)}
	}
	return nil, nil
}
