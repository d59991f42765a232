package mockserver_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/billing"
	"github.com/quartet-go/quartet/mockserver"
	"github.com/quartet-go/quartet/profile"
)

// docs/mockserver.md shows what stands here.

// A state goes to a file and comes back; keep the file where passwords may be.
func ExampleState_Write() {
	state := mockserver.DefaultState()
	state.Profile.Users["usr_anna"].PaymentDetails["last4"] = "0007"

	var file bytes.Buffer // or an *os.File
	if err := state.Write(&file); err != nil {
		log.Fatal(err)
	}
	again, err := mockserver.ReadState("world.yaml", &file)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(again.Profile.Users["usr_anna"].PaymentDetails["last4"])
	// Output: 0007
}

func TestRename(t *testing.T) {
	t.Parallel()
	srv := mockserver.Start(t) // 127.0.0.1, a free port, closed with the test
	space := srv.SpaceFor(t)   // a world for this test alone
	require.NoError(t, space.AddFault(mockserver.Fault{Operation: "changeName", Nth: 1, Status: 503}))

	c, err := profile.New(space.URL(), quartet.WithBearerToken(mockserver.DefaultToken))
	require.NoError(t, err)
	_, err = c.ChangeName(t.Context(), profile.ChangeNameRequest{FirstName: quartet.Ptr("Anya")})
	require.NoError(t, err)

	require.Equal(t, "Anya", *space.State().Profile.Users["usr_anna"].FirstName)
	space.Verify(t, mockserver.Expect("changeName").JSON("first_name", "Anya").Times(2)) // it was repeated
}

func ExampleServer_Space() {
	t := newConsole()
	defer t.end()
	srv := mockserver.Start(t)
	a, b := srv.Space("a"), srv.Space("b")
	changeName(a, "Zoe")

	for _, space := range []*mockserver.Space{a, b} {
		fmt.Println(space.ID(), *space.State().Profile.Users["usr_anna"].FirstName, len(space.Journal()))
	}
	// Output:
	// a Zoe 1
	// b Anna 0
}

func ExampleSpace_Snapshot() {
	t := newConsole()
	defer t.end()
	srv := mockserver.Start(t)
	golden := srv.Space("golden")
	changeName(golden, "Anya")
	snapshot := golden.Snapshot()

	fork, err := golden.Fork("fork")
	if err != nil {
		log.Fatal(err)
	}
	changeName(fork, "Zoe")
	changeName(golden, "Eve")
	golden.Restore(snapshot)

	fmt.Println(nameIn(fork), nameIn(golden))
	// Output: Zoe Anya
}

// How tests share a world that is set up once.
func TestFromASnapshot(t *testing.T) {
	t.Parallel()
	srv := mockserver.Start(t)
	golden := srv.Space("golden")
	changeName(golden, "Anya")
	snapshot := golden.Snapshot()

	for _, name := range []string{"Eve", "Zoe"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			space := srv.SpaceFor(t)
			space.Restore(snapshot)
			require.Equal(t, "Anya", nameIn(space))
			changeName(space, name)
			require.Equal(t, name, nameIn(space))
		})
	}
}

func ExampleSpace_AddFault() {
	t := newConsole()
	defer t.end()
	srv := mockserver.Start(t)
	err := srv.AddFault(
		mockserver.Fault{Operation: "changeEmail", Nth: 1, Kind: mockserver.AppliedButLost},
		mockserver.Fault{Tag: "Profile", Method: "GET", To: 2, Status: 503, RetryAfter: time.Second},
	)
	if err != nil {
		log.Fatal(err)
	}
	c := clientOf(srv.Space(""))

	_, err = c.ChangeEmail(context.Background(), profile.ChangeEmailRequest{
		NewEmail: "anya@example.com", VerificationCode: quartet.NewSecret("111111"),
	})
	fmt.Println(errors.Is(err, quartet.ErrOutcomeUnknown), *srv.State().Profile.Users["usr_anna"].Email)
	_, err = c.GetMyProfile(context.Background(), quartet.WithoutRetry())
	fmt.Println(err)
	for _, f := range srv.Faults() {
		fmt.Println(f.Name, "has seen", f.Seen, "and taken", f.Applied)
	}
	// Output:
	// true anya@example.com
	// profile getMyProfile: 503 Service Unavailable: Service Unavailable; retry after 1s
	// fault-1 has seen 1 and taken 1
	// fault-2 has seen 1 and taken 1
}

func ExampleFault() {
	state := mockserver.DefaultState()
	state.Faults = []mockserver.Fault{
		{Operation: "changeEmail", Nth: 1, Kind: mockserver.AppliedButLost},
		{Tag: "Profile", Probability: 0.3, Status: 503, RetryAfter: 2 * time.Second},
		{Delay: mockserver.Delay{Distribution: mockserver.LogNormal, Time: 20 * time.Millisecond, Sigma: 0.5, Max: time.Second}},
	}
	var file bytes.Buffer
	if err := state.Write(&file); err != nil {
		log.Fatal(err)
	}
	faults, _, _ := bytes.Cut(file.Bytes(), []byte("tokens:"))
	fmt.Printf("%s", faults)
	// Output:
	// faults:
	//   - operation: changeEmail
	//     nth: 1
	//     kind: applied-but-lost
	//   - tag: Profile
	//     probability: 0.3
	//     status: 503
	//     retry_after: 2s
	//   - delay:
	//       distribution: log-normal
	//       time: 20ms
	//       sigma: 0.5
	//       max: 1s
}

func ExampleWithPrefer() {
	t := newConsole()
	defer t.end()
	srv := mockserver.Start(t, mockserver.WithPrefer())
	c := clientOf(srv.Space(""))

	_, err := c.GetMyProfile(context.Background(), quartet.WithHeader("Prefer", "code=503, delay=10ms"), quartet.WithoutRetry())
	fmt.Println(err)
	// Output: profile getMyProfile: 503 Service Unavailable: Service Unavailable
}

func ExampleFault_probability() {
	t := newConsole()
	defer t.end()
	srv := mockserver.Start(t)
	if err := srv.AddFault(mockserver.Fault{Probability: 0.3, Status: 500}); err != nil {
		log.Fatal(err)
	}
	for range 20 {
		fmt.Print(statusOf(srv.Space("")), " ")
	}
	// Output: 200 500 200 200 200 500 200 200 200 200 200 200 500 200 200 200 200 200 500 200
}

func ExampleSpace_SetLimits() {
	t := newConsole()
	defer t.end()
	srv := mockserver.Start(t)
	srv.Freeze(time.Date(2030, 1, 1, 9, 0, 0, 0, time.UTC))
	err := srv.SetLimits(mockserver.Limit{Operation: "getMyProfile", Requests: 2, Per: time.Minute, Algorithm: mockserver.FixedWindow})
	if err != nil {
		log.Fatal(err)
	}
	show := func() {
		status, header := getProfile(srv.Space(""))
		fmt.Printf("%d  RateLimit: %s  Retry-After: %q\n", status, header.Get("RateLimit"), header.Get("Retry-After"))
	}
	show()
	srv.Advance(15 * time.Second)
	show()
	show()
	srv.Advance(45 * time.Second)
	show()
	// Output:
	// 200  RateLimit: "getMyProfile";r=1;t=60  Retry-After: ""
	// 200  RateLimit: "getMyProfile";r=0;t=45  Retry-After: ""
	// 429  RateLimit: "getMyProfile";r=0;t=45  Retry-After: "45"
	// 200  RateLimit: "getMyProfile";r=1;t=60  Retry-After: ""
}

func ExampleSpace_Freeze() {
	t := newConsole()
	defer t.end()
	srv := mockserver.Start(t)
	srv.Freeze(time.Date(2030, 1, 1, 9, 0, 0, 0, time.UTC))
	c, err := billing.New(srv.URL())
	if err != nil {
		log.Fatal(err)
	}
	for range 2 {
		user, err := c.UpdateUser(context.Background(), billing.UpdateUserRequest{Login: "test@mail.com"})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(user.UpdatedAt.UTC().Format(time.DateTime))
		srv.Advance(time.Hour)
	}
	// Output:
	// 2030-01-01 09:00:00
	// 2030-01-01 10:00:00
}

// A delay on the space's clock lasts until the test moves it.
func TestDelayOnClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, err := mockserver.New()
		require.NoError(t, err)
		srv.Freeze(time.Date(2030, 1, 1, 9, 0, 0, 0, time.UTC))
		require.NoError(t, srv.AddFault(mockserver.Fault{Delay: mockserver.Delay{Time: time.Hour, OnClock: true}}))

		answered := make(chan int, 1)
		go func() { answered <- statusOf(srv.Space("")) }()
		synctest.Wait() // the call waits
		require.Empty(t, answered)
		srv.Advance(time.Hour)
		require.Equal(t, http.StatusOK, <-answered)
	})
}

// In a bubble of testing/synctest no wait takes any time, a client's own neither.
func TestClientWaitsAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, err := mockserver.New()
		require.NoError(t, err)
		require.NoError(t, srv.AddFault(mockserver.Fault{To: 1, Status: 429, RetryAfter: time.Minute}))
		c, err := profile.New(srv.URL(), quartet.WithTransport(srv.Transport()))
		require.NoError(t, err)

		began := time.Now()
		_, err = c.GetMyProfile(t.Context())
		require.NoError(t, err)
		require.Equal(t, time.Minute, time.Since(began))
	})
}

func ExampleWithVariation() {
	t := newConsole()
	defer t.end()
	srv := mockserver.Start(t, mockserver.WithVariation(mockserver.Variation{Seed: 5, Values: true}))
	c := clientOf(srv.Space(""))
	without := 0
	for range 50 {
		me, err := c.GetMyProfile(context.Background())
		if err != nil || me.UserID != "usr_anna" {
			log.Fatal(me, err)
		}
		if me.Phone == nil { // null or left out, as the document allows
			without++
		}
	}
	fmt.Println("sometimes there is no phone:", 0 < without && without < 50)
	// Output: sometimes there is no phone: true
}

func ExampleSpace_Journal() {
	t := newConsole()
	defer t.end()
	srv := mockserver.Start(t)
	_, _ = clientOf(srv.Space("")).ChangePassword(context.Background(), profile.ChangePasswordRequest{
		OldPassword: quartet.NewSecret("anna-secret"), NewPassword: quartet.NewSecret("new"),
		NewPasswordConfirm: quartet.NewSecret("new"), VerificationCode: quartet.NewSecret("111111"),
	})
	for _, e := range srv.Journal() {
		fmt.Println(e.Number, e.Operation, e.Method, e.Path, e.Status)
		fmt.Println(e.Issues)
		fmt.Printf("%s\n", e.RequestBody)
	}
	// Output:
	// 1 changePassword PUT /profile/password-change 422
	// [body.new_password minLength body.new_password_confirm minLength]
	// {"new_password":"[redacted]","new_password_confirm":"[redacted]","old_password":"[redacted]","verification_code":"[redacted]"}
}

func ExampleSpace_Verify() {
	t := newConsole()
	defer t.end()
	srv := mockserver.Start(t)
	changeName(srv.Space(""), "Anya")

	srv.Verify(t,
		mockserver.Expect("changeName").JSON("first_name", "Anya").Times(1),
		mockserver.Expect("changePassword").Never(),
	)
	srv.Verify(t, mockserver.Expect("changeName").JSON("first_name", "Anna").JSON("last_name", nil))
	// Output:
	// mockserver: expected at least 1 call of changeName with body first_name = "Anna", body last_name = null, found 0 among 1 call in the default space
	//                    expected    nearest: #1
	//   operation        changeName  changeName
	//   body first_name  "Anna"      "Anya"  <- differs
	//   body last_name   null        null
}

func ExampleSpace_VerifyOrder() {
	t := newConsole()
	defer t.end()
	srv := mockserver.Start(t)
	statusOf(srv.Space(""))
	changeName(srv.Space(""), "Anya")

	srv.VerifyOrder(t, mockserver.Expect("getMyProfile"), mockserver.Expect("changeName"))
	srv.VerifyOnly(t, mockserver.Expect("getMyProfile").Times(1), mockserver.Expect("changeName").Times(1))
	// Output:
}

func ExampleServer_Coverage() {
	t := newConsole()
	defer t.end()
	srv := mockserver.Start(t)
	statusOf(srv.Space("a"))
	changeName(srv.Space("b"), "Anya")

	fmt.Print(srv.Coverage().Markdown())
	// Output:
	// Contract coverage: 4.3 % of answers and parameters
	//
	// | operation | calls | answers | parameters | not met |
	// |---|--:|--:|--:|---|
	// | updateUser | 0 | 0/3 | 0/8 | 200, 401, 422, body login, body password, body status, body billing_info, body billing_properties, body properties, body permissions_to_attach, body permissions_to_detach |
	// | getMyProfile | 1 | 1/2 | 0/0 | 401 |
	// | listSubscriptions | 0 | 0/2 | 0/0 | 200, 401 |
	// | listPayments | 0 | 0/2 | 0/0 | 200, 401 |
	// | changePassword | 0 | 0/3 | 0/4 | 200, 401, 422, body old_password, body new_password, body new_password_confirm, body verification_code |
	// | changeEmail | 0 | 0/3 | 0/2 | 200, 401, 422, body new_email, body verification_code |
	// | changePhone | 0 | 0/3 | 0/2 | 200, 401, 422, body new_phone, body verification_code |
	// | changeName | 1 | 1/3 | 2/2 | 401, 422 |
	// | changeAvatar | 0 | 0/3 | 0/2 | 200, 401, 422, body avatar_url, body verification_code |
	// | getPaymentMethod | 0 | 0/2 | 0/0 | 200, 401 |
	// | changePaymentMethod | 0 | 0/3 | 0/2 | 200, 401, 422, body method, body details |
	// | listAvailablePaymentMethods | 0 | 0/2 | 0/0 | 200, 401 |
	// | cancelSubscription | 0 | 0/3 | 0/1 | 200, 401, 422, query course_id |
	// | createUserSubscription | 0 | 0/6 | 0/8 | 201, 400, 401, 404, 422, 500, path user_id, body is_trial, body duration_days, body traffic_limit_gb, body device_limit, body squad_uuid, body connected_squads, body replace_existing |
	// | getProfile | 0 | 0/2 | 0/0 | 200, 401 |
	// | updateProfile | 0 | 0/4 | 0/5 | 200, 401, 403, 422, body companyName, body countryId, body phone, body firstName, body lastName |
	// | listAccessCodes | 0 | 0/2 | 0/0 | 200, 401 |
	// | getBalance | 0 | 0/4 | 0/0 | 200, 401, 403, 404 |
	// | updateSettings | 0 | 0/3 | 0/1 | 200, 401, 422, body lang |
}

func ExampleWithCheckedAnswers() {
	srv, err := mockserver.New(mockserver.WithCheckedAnswers())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(statusOf(srv.Space("")), srv.Violations())
	// Output: 200 0
}

func ExampleServer_Restart() {
	t := newConsole()
	defer t.end()
	srv := mockserver.Start(t)
	changeName(srv.Space(""), "Anya")

	c := clientOf(srv.Space(""))

	srv.Close() // nobody listens
	_, err := c.GetMyProfile(context.Background(), quartet.WithoutRetry())
	fmt.Println(err != nil)

	if err := srv.Restart(); err != nil { // on the same port, with the same memory
		log.Fatal(err)
	}
	fmt.Println(statusOf(srv.Space("")), nameIn(srv.Space("")))
	// Output:
	// true
	// 200 Anya
}

// A server of New behind an HTTP server of your own, here with TLS and HTTP/2.
func ExampleServer_ConnState() {
	mock, err := mockserver.New()
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewUnstartedServer(mock)
	server.Config.ConnState = mock.ConnState // for the fault ConnectionRefused
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	defer mock.Close() // before: it lets go of the calls that faults hold

	if err := mock.AddFault(mockserver.Fault{To: 1, Kind: mockserver.ConnectionClosed}); err != nil {
		log.Fatal(err)
	}
	c, err := profile.New(server.URL, quartet.WithHTTPClient(server.Client()))
	if err != nil {
		log.Fatal(err)
	}
	_, err = c.GetMyProfile(context.Background(), quartet.WithoutRetry())
	fmt.Println(err)
	// Output: profile getMyProfile: stream error: stream ID 1; INTERNAL_ERROR; received from peer
}

// console stands in for *testing.T: it prints what a test would, up to the table of calls,
// which has times in it, and without the blanks at the ends of lines, which a comment cannot
// hold.
type console struct{ cleanups []func() }

func newConsole() *console { return new(console) }

func (c *console) end() {
	for _, f := range slices.Backward(c.cleanups) {
		f()
	}
}

func (*console) Helper()                             {}
func (c *console) Cleanup(f func())                  { c.cleanups = append(c.cleanups, f) }
func (c *console) Errorf(format string, args ...any) { c.Logf(format, args...) }
func (*console) Fatalf(format string, args ...any)   { log.Fatalf(format, args...) }

func (*console) Logf(format string, args ...any) {
	text, _, _ := strings.Cut(fmt.Sprintf(format, args...), "\n  #  arrived")
	for line := range strings.Lines(text) {
		fmt.Println(strings.TrimRight(line, " \n"))
	}
}

func clientOf(space *mockserver.Space) *profile.Client {
	c, err := profile.New(space.URL(), quartet.WithHTTPClient(space.Client()))
	if err != nil {
		log.Fatal(err)
	}
	return c
}

func changeName(space *mockserver.Space, first string) {
	_, err := clientOf(space).ChangeName(context.Background(), profile.ChangeNameRequest{FirstName: &first})
	if err != nil {
		log.Fatal(err)
	}
}

func nameIn(space *mockserver.Space) string {
	return *space.State().Profile.Users["usr_anna"].FirstName
}

// getProfile calls getMyProfile without a client of ours.
func getProfile(space *mockserver.Space) (status int, header http.Header) {
	resp, err := space.Client().Get(space.URL() + "/profile/me")
	if err != nil {
		log.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		log.Fatal(err)
	}
	return resp.StatusCode, resp.Header
}

func statusOf(space *mockserver.Space) int {
	status, _ := getProfile(space)
	return status
}
