package main

import (
	"context"
	"io"
	"net/http"
	"strings"
)

// What every contestant is given.
const (
	baseURL = "https://api.example.com/v1"
	token   = "0123456789abcdef0123456789abcdef"
	apiKey  = "fedcba9876543210fedcba9876543210"
	userID  = 123456789
	days    = 30
	traffic = 100
	devices = 3
	squad   = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
)

// What the stub answers: the examples of the documents with values of a lifelike length.
const (
	profileAnswer = `{"user_id":"5f0c1c3e-7a55-4d0e-9c55-0b5a1e3f2d11","first_name":"Anna","last_name":"Petrova",` +
		`"email":"anna@example.com","phone":"+79990000000","avatar_url":"https://example.com/avatars/5f0c1c3e.png"}`

	userAnswer = `{"id":4242,"status":"active","language":"ru","balance_kopeks":12345,"balance_rubles":123.45,` +
		`"has_had_paid_subscription":true,"has_made_first_topup":true,"created_at":"2023-11-07T05:31:56Z",` +
		`"updated_at":"2023-11-08T06:32:57.123456Z","telegram_id":123456789,"username":"anna","first_name":"Anna",` +
		`"last_name":"Petrova","referral_code":"refA1B2C3","referred_by_id":17,"last_activity":"2023-11-09T07:33:58Z",` +
		`"promo_group":{"id":3,"name":"Friends","server_discount_percent":5,"traffic_discount_percent":10,` +
		`"device_discount_percent":15,"apply_discounts_to_addons":true},` +
		`"subscription":{"id":77,"status":"active","actual_status":"active","is_trial":false,` +
		`"start_date":"2023-11-07T05:31:56Z","end_date":"2023-12-07T05:31:56Z","traffic_limit_gb":100,` +
		`"traffic_used_gb":1.5,"device_limit":3,"autopay_enabled":true,"autopay_days_before":3,` +
		`"subscription_url":"https://example.com/sub/abcdef","subscription_crypto_link":"happ://crypt/abcdef",` +
		`"connected_squads":["3f2504e0-4f89-41d3-9a0c-0305e82c3301"]}}`

	refusalAnswer = `{"detail":[{"type":"int_parsing","loc":["body","duration_days"],` +
		`"msg":"Input should be a valid integer, unable to parse string as an integer","input":"thirty"}]}`
)

// scenario is a call and what the stub answers to its attempts, in turn.
type scenario struct {
	name    string // of one word
	title   string
	answers []answer
	call    func(client, context.Context) (any, error)
	// retry asks for clients that repeat a call.
	retry bool
}

var scenarios = []scenario{
	{
		name: "get", title: "GET: getMyProfile, 6 members",
		answers: []answer{{status: http.StatusOK, body: profileAnswer}},
		call:    client.profile,
	},
	{
		name: "post", title: "POST: createUserSubscription with a body, 38 members in three objects and a list back",
		answers: []answer{{status: http.StatusCreated, body: userAnswer}},
		call:    client.create,
	},
	{
		name: "refused", title: "POST, refused: 422 with one field, decoded",
		answers: []answer{{status: http.StatusUnprocessableEntity, body: refusalAnswer}},
		call:    client.create,
	},
	{
		name: "repeated", title: "GET, repeated: 503 with Retry-After: 0, then 200",
		answers: []answer{{status: http.StatusServiceUnavailable, body: `{"detail":"Busy"}`}, {status: http.StatusOK, body: profileAnswer}},
		call:    client.profile,
		retry:   true,
	},
}

// prepare gives the contestant a stub of its own and returns its call of the scenario.
func (s scenario) prepare(c contestant, watch func(*http.Request)) (func(context.Context) (any, error), error) {
	open := c.open
	if s.retry {
		open = c.retrying
	}
	opened, err := open(newStub(s.answers, watch))
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (any, error) { return s.call(opened, ctx) }, nil
}

// field of contestants that take part.
func (s scenario) field() []contestant {
	var in []contestant
	for _, c := range contestants {
		if !s.retry || c.retrying != nil {
			in = append(in, c)
		}
	}
	return in
}

type answer struct {
	status int
	body   string
}

// stub is a transport without a wire, for one goroutine. It reads requests' bodies as a
// real one would; the headers that it answers are shared, so that it costs little.
type stub struct {
	answers []answer
	headers []http.Header
	watch   func(*http.Request) // nil when nobody does
	next    int
}

func newStub(answers []answer, watch func(*http.Request)) *stub {
	s := &stub{answers: answers, watch: watch}
	for _, a := range answers {
		header := http.Header{"Content-Type": {"application/json"}, "Date": {"Tue, 07 Nov 2023 05:31:56 GMT"}}
		if a.status == http.StatusServiceUnavailable {
			header.Set("Retry-After", "0")
		}
		s.headers = append(s.headers, header)
	}
	return s
}

// RoundTrip answers with what is next, then from the start again.
func (s *stub) RoundTrip(req *http.Request) (*http.Response, error) {
	if s.watch != nil {
		s.watch(req)
	}
	if req.Body != nil {
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return nil, err
		}
		if err := req.Body.Close(); err != nil {
			return nil, err
		}
	}
	at := s.next
	s.next = (at + 1) % len(s.answers)
	a := s.answers[at]
	return &http.Response{
		StatusCode: a.status, Status: http.StatusText(a.status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: s.headers[at], Body: io.NopCloser(strings.NewReader(a.body)), ContentLength: int64(len(a.body)), Request: req,
	}, nil
}
