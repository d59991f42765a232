package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/quartet-go/quartet/mockserver"
)

// handMock is what a test writes that needs three operations of a server and no library:
// typed decoding, checks and a little state, all by hand.
type handMock struct {
	mu       sync.Mutex
	profiles map[string]*handProfile // by the credential
	keys     map[string]bool
	users    map[int64]*handUser
}

type handMessage struct {
	Message string `json:"message"`
}

type handDetail struct {
	Detail string `json:"detail"`
}

// newHandMock begins with one user.
func newHandMock() (http.Handler, error) {
	m := emptyHandMock()
	return m.handler(), m.add(mockserver.DefaultToken, 1)
}

func emptyHandMock() *handMock {
	return &handMock{profiles: map[string]*handProfile{}, keys: map[string]bool{}, users: map[int64]*handUser{}}
}

// add adds a user with the clients' answers, all memory of which is the user's own.
func (m *handMock) add(token string, id int64) error {
	profile, user := new(handProfile), new(handUser)
	m.profiles[token], m.keys[token], m.users[id] = profile, true, user
	return errors.Join(json.Unmarshal([]byte(profileAnswer), profile), json.Unmarshal([]byte(userAnswer), user))
}

func (m *handMock) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /profile/me", m.getProfile)
	mux.HandleFunc("PUT /profile/name-change", m.changeName)
	mux.HandleFunc("POST /users/{user_id}/subscription", m.createSubscription)
	return mux
}

// caller is whose profile it is; nil when the call is refused.
func (m *handMock) caller(w http.ResponseWriter, r *http.Request) *handProfile {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	m.mu.Lock()
	profile := m.profiles[token]
	m.mu.Unlock()
	if profile == nil {
		answerByHand(w, http.StatusUnauthorized, handDetail{"Not authenticated"})
	}
	return profile
}

func (m *handMock) getProfile(w http.ResponseWriter, r *http.Request) {
	own := m.caller(w, r)
	if own == nil {
		return
	}
	m.mu.Lock()
	profile := *own
	m.mu.Unlock()
	answerByHand(w, http.StatusOK, profile)
}

func (m *handMock) changeName(w http.ResponseWriter, r *http.Request) {
	own := m.caller(w, r)
	if own == nil {
		return
	}
	var names struct {
		FirstName optional `json:"first_name"`
		LastName  optional `json:"last_name"`
	}
	if err := json.NewDecoder(r.Body).Decode(&names); err != nil || !names.FirstName.there || !names.LastName.there {
		refuseByHand(w, "first_name", "first_name and last_name are wanted")
		return
	}
	m.mu.Lock()
	own.FirstName, own.LastName = names.FirstName.value, names.LastName.value
	m.mu.Unlock()
	answerByHand(w, http.StatusOK, handMessage{"The name is changed."})
}

func (m *handMock) createSubscription(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("user_id"), 10, 64)
	if err != nil {
		refuseByHand(w, "user_id", "an integer is wanted")
		return
	}
	m.mu.Lock()
	known, own := m.keys[r.Header.Get("X-API-Key")], m.users[id]
	m.mu.Unlock()
	switch {
	case !known:
		answerByHand(w, http.StatusUnauthorized, handDetail{"Not authenticated"})
		return
	case own == nil:
		answerByHand(w, http.StatusNotFound, handDetail{"User not found"})
		return
	}
	var asked handRequest
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		refuseByHand(w, "duration_days", err.Error())
		return
	}
	if asked.DurationDays <= 0 || !asked.ReplaceExisting {
		answerByHand(w, http.StatusBadRequest, handDetail{"duration_days and replace_existing are wanted"})
		return
	}
	now := time.Now().UTC()
	m.mu.Lock()
	own.ID, own.UpdatedAt = id, now
	subscription := *own.Subscription
	subscription.IsTrial, subscription.StartDate, subscription.EndDate = asked.IsTrial, now, now.AddDate(0, 0, asked.DurationDays)
	subscription.TrafficLimitGB, subscription.DeviceLimit, subscription.ConnectedSquads = asked.TrafficLimitGB, asked.DeviceLimit, asked.ConnectedSquads
	own.Subscription = &subscription
	user := *own
	m.mu.Unlock()
	answerByHand(w, http.StatusCreated, user)
}

// optional tells null from nothing.
type optional struct {
	there bool
	value *string
}

func (o *optional) UnmarshalJSON(text []byte) error {
	o.there = true
	return json.Unmarshal(text, &o.value)
}

func refuseByHand(w http.ResponseWriter, member, message string) {
	answerByHand(w, http.StatusUnprocessableEntity, map[string]any{
		"detail": []map[string]any{{"type": "value_error", "loc": []string{"body", member}, "msg": message}},
	})
}

func answerByHand(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a client that breaks off gets no answer
}
