package mockserver

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

// The operations of the admin API about one space. Its journal is in adminjournal.go.

func (c *adminCall) state() (any, *refusal) {
	if refused := c.awaitTurn(); refused != nil {
		return nil, refused
	}
	return c.space.State(), nil
}

func (c *adminCall) replaceState() (any, *refusal) {
	root, err := jsonTree(c.body, maxAdminValues)
	if err != nil {
		return nil, c.tooMuch(err)
	}
	state, flaws := stateOf(root, c.known(), (*State).endless)
	return nil, c.replace(state, c.unsound(unplaced(flaws)))
}

// replace takes a state, unless it is refused.
func (c *adminCall) replace(state State, refused *refusal) *refusal {
	if refused != nil {
		return refused
	}
	if err := c.space.SetState(state); err != nil {
		return c.tooMuch(err) // not after stateOf
	}
	return nil
}

// endless are the faults of a state that expectEnd refuses.
func (s *State) endless() (flaws checker) {
	for i := range s.Faults {
		expectEnd(&flaws, &s.Faults[i], "faults", i, "at_most")
	}
	return flaws
}

// expectEnd wants an end of a fault that would shut out the call which removes it.
func expectEnd(flaws *checker, f *Fault, path ...any) {
	flaws.expect(f.Kind != ConnectionRefused || f.AtMost > 0 || f.To > 0 || f.Nth > 0,
		"connection-refused refuses calls of the admin API, too; say how many connections: at_most, to or nth", path...)
}

func (c *adminCall) seed() (any, *refusal) {
	if refused := c.awaitTurn(); refused != nil {
		return nil, refused
	}
	var file bytes.Buffer
	if err := c.space.State().Write(&file); err != nil {
		return nil, &refusal{status: http.StatusConflict, undocumented: true, message: "No seed file can hold this state: " + err.Error()}
	}
	return text{"application/yaml", file.Bytes()}, nil
}

// seedName stands before the lines of a file that a request brings.
const seedName = "state.yaml"

func (c *adminCall) replaceSeed() (any, *refusal) {
	if mayHold(c.body) > maxAdminValues { // the YAML library makes the whole tree before anybody can count
		return nil, c.tooMuch(errTooMany)
	}
	root, err := seedTree(seedName, c.body, maxAdminValues)
	if err != nil {
		return nil, c.tooMuch(err)
	}
	state, flaws := stateOf(root, nil, (*State).endless)
	var issues []contract.Issue
	for _, f := range flaws {
		issues = append(issues, f.issue(fmt.Sprintf("%s:%d: %s", seedName, f.line, f.message)))
	}
	var refused *refusal
	if len(issues) > 0 {
		refused = &refusal{issues: issues}
	}
	return nil, c.replace(state, refused)
}

func (c *adminCall) reset() (any, *refusal) {
	c.space.Reset()
	return nil, nil
}

type codeList struct {
	Codes []issuedCode `yaml:"codes"`
}

type issuedCode struct {
	UserID    string    `yaml:"user_id"`
	Code      string    `yaml:"code"`
	ExpiresAt time.Time `yaml:"expires_at,omitempty"`
	Used      bool      `yaml:"used,omitempty"`
}

func (c *adminCall) listCodes() (any, *refusal) {
	if refused := c.awaitTurn(); refused != nil {
		return nil, refused
	}
	list := codeList{Codes: []issuedCode{}}
	users := c.space.State().Profile.Users
	for _, id := range slices.Sorted(maps.Keys(users)) {
		for _, code := range users[id].Codes {
			list.Codes = append(list.Codes, issuedCode{id, code.Code, code.ExpiresAt, code.Used})
		}
	}
	return list, nil
}

func (c *adminCall) issueCode() (any, *refusal) {
	var wanted struct {
		UserID string `yaml:"user_id"`
	}
	if refused := c.decode(&wanted); refused != nil {
		return nil, refused
	}
	code, err := c.space.IssueCode(wanted.UserID)
	if err != nil {
		return nil, c.unsound([]flaw{{[]string{"user_id"}, "there is no profile user " + strconv.Quote(wanted.UserID)}})
	}
	return issuedCode{UserID: wanted.UserID, Code: code}, nil
}

type faultList struct {
	Faults []Fault `yaml:"faults"`
}

func (c *adminCall) listFaults() (any, *refusal) {
	return faultList{append([]Fault{}, c.space.Faults()...)}, nil
}

func (c *adminCall) addFault() (any, *refusal) {
	var fault Fault
	if refused := c.decode(&fault, func() (flaws checker) {
		checkFaults(&flaws, []Fault{fault})
		expectEnd(&flaws, &fault, "faults", 0, "at_most")
		return below(flaws, 2) // faults.0, of which the caller knows nothing
	}); refused != nil {
		return nil, refused
	}
	added, flaws := c.space.addFaults([]Fault{fault}) // it may not fit those that there are
	if len(flaws) > 0 {
		return nil, c.unsound(below(flaws, 2))
	}
	return added[0], nil
}

// below takes the beginning from the paths of flaws.
func below(flaws checker, steps int) checker {
	for i := range flaws {
		flaws[i].path = flaws[i].path[steps:]
	}
	return flaws
}

func (c *adminCall) clearFaults() (any, *refusal) {
	c.space.ClearFaults()
	return nil, nil
}

func (c *adminCall) removeFault() (any, *refusal) {
	if name, _ := c.path.Get("name"); !c.space.RemoveFault(name) {
		return nil, &refusal{status: http.StatusNotFound, message: fmt.Sprintf("There is no fault %q; listFaults lists those that there are", name)}
	}
	return nil, nil
}

type limitList struct {
	Limits []Limit `yaml:"limits"`
}

func (c *adminCall) listLimits() (any, *refusal) {
	return limitList{append([]Limit{}, c.space.Limits()...)}, nil
}

func (c *adminCall) replaceLimits() (any, *refusal) {
	var wanted limitList
	if refused := c.decode(&wanted, func() (flaws checker) {
		checkLimits(&flaws, wanted.Limits)
		return flaws
	}); refused != nil {
		return nil, refused
	}
	c.space.limits.set(wanted.Limits)
	return nil, nil
}

type clockAnswer struct {
	Now    time.Time `yaml:"now"`
	Frozen bool      `yaml:"frozen"`
}

func (c *adminCall) clock() (any, *refusal) {
	return clockAnswer{c.space.Now(), c.space.clock.setting().Frozen}, nil
}

func (c *adminCall) setClock() (any, *refusal) {
	var wanted Clock
	if refused := c.decode(&wanted, func() (flaws checker) {
		wanted.check(&flaws)
		return flaws
	}); refused != nil {
		return nil, refused
	}
	c.space.SetClock(wanted)
	return c.clock()
}

func (c *adminCall) advanceClock() (any, *refusal) {
	var wanted struct {
		By time.Duration `yaml:"by"`
	}
	if refused := c.decode(&wanted); refused != nil {
		return nil, refused
	}
	if c.space.Now().Add(wanted.By).UTC().Year() > lastYear {
		return nil, c.unsound([]flaw{{[]string{"by"}, tooLate}})
	}
	c.space.Advance(wanted.By)
	return c.clock()
}
