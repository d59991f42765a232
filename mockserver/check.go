package mockserver

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// flaw is one thing that is wrong with a state.
type flaw struct {
	path    []string // names and keys from the root, as in a seed file
	message string
}

// Error names the path.
func (f flaw) Error() string {
	return strings.TrimPrefix(strings.Join(f.shown(), ".")+": ", ": ") + f.message
}

// shown is the path. A token in it is a credential and is left out.
func (f flaw) shown() []string {
	path := slices.Clone(f.path)
	if len(path) > 1 && path[0] == "tokens" {
		path[1] = "[redacted]"
	}
	return path
}

// Check reports everything that makes a state unsound: what refers to something that is
// not there, stands twice, or is empty or nil where a value is needed. Each error names
// the member by its path in a seed file.
func (s *State) Check() error {
	return s.flaws().err()
}

// checker collects flaws.
type checker []flaw

func (c checker) err() error {
	var errs []error
	for _, f := range c {
		errs = append(errs, f)
	}
	return errors.Join(errs...)
}

func (c *checker) expect(ok bool, message string, path ...any) {
	if ok {
		return
	}
	names := make([]string, len(path))
	for i, p := range path {
		names[i] = fmt.Sprint(p)
	}
	*c = append(*c, flaw{names, message})
}

func (s *State) flaws() checker {
	var c checker
	s.Clock.check(&c, "clock")
	checkFaults(&c, s.Faults)
	checkLimits(&c, s.Limits)
	s.checkTokens(&c)
	s.Profile.check(&c)
	s.Billing.check(&c)
	s.Subscription.check(&c)
	s.Vendor.check(&c)
	slices.SortStableFunc(c, func(a, b flaw) int { return slices.Compare(a.path, b.path) })
	return c
}

func (s *State) checkTokens(c *checker) {
	for name, token := range s.Tokens {
		c.expect(name != "" && name == strings.TrimSpace(name), "a token must not be empty or begin or end with white space", "tokens", name)
		c.expect(token != Token{}, "the token opens no API", "tokens", name)
		c.expect(token.Profile == "" || s.Profile.Users[token.Profile] != nil, "there is no profile user "+strconv.Quote(token.Profile), "tokens", name, "profile")
		c.expect(token.Vendor == 0 || s.Vendor.Users[token.Vendor] != nil, fmt.Sprintf("there is no vendor user %d", token.Vendor), "tokens", name, "vendor")
	}
}

func checkFaults(c *checker, faults []Fault) {
	for i, f := range faults {
		f.check(func(ok bool, message string, path ...any) {
			c.expect(ok, message, append([]any{"faults", i}, path...)...)
		})
		c.expect(f.Name == "" || slices.IndexFunc(faults, func(other Fault) bool { return other.Name == f.Name }) == i, "another fault has this name", "faults", i, "name")
	}
}

const notJSON = "this is not made of what JSON has: nil, booleans, texts, numbers, []any and map[string]any"

// isJSON reports whether value is one that encoding/json could have read, or a plain
// number of Go's.
func isJSON(value any) bool {
	switch v := value.(type) {
	case nil, bool, string, int, int64, time.Time:
		return true
	case json.Number:
		return isNumeral(string(v))
	case float64:
		return !math.IsNaN(v) && !math.IsInf(v, 0)
	case []any:
		return !slices.ContainsFunc(v, func(item any) bool { return !isJSON(item) })
	case map[string]any:
		for _, member := range v {
			if !isJSON(member) {
				return false
			}
		}
		return true
	}
	return false
}

// isNumeral reports whether text is a number as JSON writes it, and nothing else of JSON.
func isNumeral(text string) bool {
	return json.Valid([]byte(text)) && strings.ContainsAny(text[:1], "-0123456789") && !strings.ContainsAny(text, " \t\r\n")
}

func (p *ProfileState) check(c *checker) {
	c.expect(p.Users[p.DefaultUser] != nil, "there is no user "+strconv.Quote(p.DefaultUser), "profile", "default_user")
	for id, user := range p.Users {
		c.expect(id != "", "a user_id must not be empty", "profile", "users", id)
		if c.expect(user != nil, "the user has no members", "profile", "users", id); user == nil {
			continue
		}
		c.expect(slices.Contains(p.PaymentMethods, user.PaymentMethod), strconv.Quote(user.PaymentMethod)+" is none of payment_methods", "profile", "users", id, "payment_method")
		c.expect(isJSON(user.PaymentDetails), notJSON, "profile", "users", id, "payment_details")
		for i, payment := range user.Payments {
			c.expect(isJSON(payment), notJSON, "profile", "users", id, "payments", i)
		}
		for i, code := range user.Codes {
			c.expect(code.Code != "", "a code must not be empty", "profile", "users", id, "codes", i, "code")
			c.expect(slices.IndexFunc(user.Codes, func(other VerificationCode) bool { return other.Code == code.Code }) == i, "the code stands twice", "profile", "users", id, "codes", i, "code")
		}
		for i, sub := range user.Subscriptions {
			c.expect(sub.CourseID != "", "a course_id must not be empty", "profile", "users", id, "subscriptions", i, "course_id")
			c.expect(isJSON(sub.Members), notJSON, "profile", "users", id, "subscriptions", i)
			c.expect(slices.IndexFunc(user.Subscriptions, func(other CourseSubscription) bool { return other.CourseID == sub.CourseID }) == i, "the course stands twice", "profile", "users", id, "subscriptions", i, "course_id")
		}
	}
}

func (b *BillingState) check(c *checker) {
	ids := map[int64]string{}
	for _, login := range slices.Sorted(maps.Keys(b.Users)) { // so that the same one of two is blamed each time
		user := b.Users[login]
		c.expect(login != "", "a login must not be empty", "billing", "users", login)
		if c.expect(user != nil, "the user has no members", "billing", "users", login); user == nil {
			continue
		}
		other, taken := ids[user.ID]
		ids[user.ID] = login
		c.expect(!taken, "the id is also that of "+other, "billing", "users", login, "id")
		c.expect(isJSON(user.BillingExtra), notJSON, "billing", "users", login, "billing_extra")
		c.expect(slices.Contains(b.Statuses, user.Status), strconv.Quote(user.Status)+" is none of statuses", "billing", "users", login, "status")
	}
}

func (s *SubscriptionState) check(c *checker) {
	telegram := map[int64]int64{}
	for _, id := range slices.Sorted(maps.Keys(s.Users)) { // as above
		user := s.Users[id]
		if c.expect(user != nil, "the user has no members", "subscription", "users", id); user == nil {
			continue
		}
		if user.TelegramID != nil {
			other, taken := telegram[*user.TelegramID]
			telegram[*user.TelegramID] = id
			c.expect(!taken, fmt.Sprintf("the telegram_id is also that of %d", other), "subscription", "users", id, "telegram_id")
		}
		c.expect(user.ReferredByID == nil || s.Users[*user.ReferredByID] != nil, "there is no such user", "subscription", "users", id, "referred_by_id")
	}
}

func (v *VendorState) check(c *checker) {
	for id, user := range v.Users {
		if c.expect(user != nil, "the user has no members", "vendor", "users", id); user == nil {
			continue
		}
		_, known := v.Roles[user.Role]
		c.expect(known, fmt.Sprintf("there is no role %d", user.Role), "vendor", "users", id, "role")
	}
}
