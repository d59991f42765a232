package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/profile"
)

// courses is what the service needs of the profile API. *profile.Client satisfies it.
type courses interface {
	CancelSubscription(ctx context.Context, courseID string, opts ...quartet.Option) (*profile.Message, error)
	ListSubscriptions(ctx context.Context, opts ...quartet.Option) (*profile.SubscriptionList, error)
}

var _ courses = (*profile.Client)(nil)

// service lets users cancel their courses.
type service struct {
	courses courses
	log     *slog.Logger
}

func newService(c courses, log *slog.Logger) http.Handler {
	s := &service{courses: c, log: log}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /courses/{course}/cancel", s.cancel)
	return mux
}

// cancel acts as the user who calls: the bearer token of the request is the credential
// of the call. It answers
//
//	200  the course is cancelled
//	401  no token, or not a good one
//	409  the user has no such course, or has cancelled it before
//	503  nobody knows, or nothing was done: try again later
func (s *service) cancel(w http.ResponseWriter, r *http.Request) {
	course := r.PathValue("course")
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if token == "" {
		answer(w, http.StatusUnauthorized, map[string]string{"error": "a bearer token is required"})
		return
	}
	err := s.cancelCourse(r.Context(), course, quartet.WithBearerToken(token))
	switch {
	case err == nil:
		answer(w, http.StatusOK, map[string]string{"course": course, "status": "cancelled"})
	case errors.Is(err, quartet.ErrUnauthorized):
		answer(w, http.StatusUnauthorized, map[string]string{"error": "the token is not valid"})
	case errors.Is(err, quartet.ErrValidation):
		answer(w, http.StatusConflict, map[string]string{"error": "there is no subscription to cancel", "course": course})
	default:
		s.log.ErrorContext(r.Context(), "cancel a course", "course", course, "error", err)
		w.Header().Set("Retry-After", retryAfter(err))
		answer(w, http.StatusServiceUnavailable, map[string]string{"error": "try again later"})
	}
}

// cancelCourse looks before it gives up on a call that was sent and not answered: the
// course may be cancelled all the same.
func (s *service) cancelCourse(ctx context.Context, course string, as quartet.Option) error {
	_, err := s.courses.CancelSubscription(ctx, course, as)
	if !errors.Is(err, quartet.ErrOutcomeUnknown) {
		return err
	}
	list, lookErr := s.courses.ListSubscriptions(ctx, as)
	if lookErr != nil {
		return errors.Join(err, lookErr)
	}
	for _, sub := range list.Subscriptions {
		if sub.CourseID != nil && *sub.CourseID == course && sub.Members["status"] == "cancelled" {
			return nil
		}
	}
	return err
}

// retryAfter passes on what the API asked to wait, in seconds.
func retryAfter(err error) string {
	wait := 5 * time.Second
	var e *quartet.Error
	if errors.As(err, &e) && e.RetryAfter > 0 {
		wait = e.RetryAfter
	}
	return strconv.Itoa(int(math.Ceil(wait.Seconds())))
}

func answer(w http.ResponseWriter, status int, body map[string]string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the caller may be gone
}
