package main

import (
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/quartet-go/quartet/mockserver"
)

// handMock is what a test writes that needs three operations of a server and no library:
// typed decoding, checks and a little state, all by hand.
type handMock struct {
	mu      sync.Mutex
	profile handProfile
	user    handUser
}

type handMessage struct {
	Message string `json:"message"`
}

type handDetail struct {
	Detail string `json:"detail"`
}

// newHandMock begins with the clients' answers.
func newHandMock() (http.Handler, error) {
	m := &handMock{}
	if err := json.Unmarshal([]byte(profileAnswer), &m.profile); err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(userAnswer), &m.user); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /profile/me", m.getProfile)
	mux.HandleFunc("PUT /profile/name-change", m.changeName)
	mux.HandleFunc("POST /users/{user_id}/subscription", m.createSubscription)
	return mux, nil
}

func (m *handMock) getProfile(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+mockserver.DefaultToken {
		answerByHand(w, http.StatusUnauthorized, handDetail{"Not authenticated"})
		return
	}
	m.mu.Lock()
	profile := m.profile
	m.mu.Unlock()
	answerByHand(w, http.StatusOK, profile)
}

func (m *handMock) changeName(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+mockserver.DefaultToken {
		answerByHand(w, http.StatusUnauthorized, handDetail{"Not authenticated"})
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
	m.profile.FirstName, m.profile.LastName = names.FirstName.value, names.LastName.value
	m.mu.Unlock()
	answerByHand(w, http.StatusOK, handMessage{"The name is changed."})
}

func (m *handMock) createSubscription(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("user_id"), 10, 64)
	if err != nil {
		refuseByHand(w, "user_id", "an integer is wanted")
		return
	}
	if r.Header.Get("X-API-Key") != mockserver.DefaultToken {
		answerByHand(w, http.StatusUnauthorized, handDetail{"Not authenticated"})
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
	m.user.ID, m.user.UpdatedAt = id, now
	subscription := *m.user.Subscription
	subscription.IsTrial, subscription.StartDate, subscription.EndDate = asked.IsTrial, now, now.AddDate(0, 0, asked.DurationDays)
	subscription.TrafficLimitGB, subscription.DeviceLimit, subscription.ConnectedSquads = asked.TrafficLimitGB, asked.DeviceLimit, asked.ConnectedSquads
	m.user.Subscription = &subscription
	user := m.user
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
