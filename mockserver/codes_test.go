package mockserver_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet/mockserver"
)

// many is the default state with 64 users more in the profile and the subscription API, all
// of whom are new.
func many(random uint64) mockserver.State {
	state := mockserver.DefaultState()
	state.Random = random
	state.Clock = mockserver.Clock{At: noon, Frozen: true}
	for i := range 64 {
		anna, user := *state.Profile.Users["usr_boris"], *state.Subscription.Users[3]
		anna.Codes, user.TelegramID = nil, nil
		state.Profile.Users[fmt.Sprint("usr_", i)] = &anna
		state.Subscription.Users[int64(100+i)] = &user
	}
	return state
}

// drawn is what 64 users get who all come at once: codes and subscriptions.
func drawn(t *testing.T, random uint64, id string) (codes, subscriptions [64]string) {
	t.Helper()
	m := start(t, mockserver.WithState(many(random)))
	space := m.Space(id)
	var users sync.WaitGroup
	for i := range 64 {
		users.Go(func() {
			for range 3 {
				code, err := space.IssueCode(fmt.Sprint("usr_", i))
				assert.NoError(t, err)
				codes[i] += code + " "
			}
			resp, err := m.Client().Do(newRequest(t, http.MethodPost, fmt.Sprintf("%s/users/%d/subscription", space.URL(), 100+i), `{"is_trial":true}`))
			if assert.NoError(t, err) {
				assert.NoError(t, resp.Body.Close())
				assert.Equal(t, http.StatusCreated, resp.StatusCode)
			}
		})
	}
	users.Wait()
	state := space.State()
	ids := map[int64]bool{}
	for i := range 64 {
		sub := state.Subscription.Users[int64(100+i)].Subscription
		assert.False(t, ids[sub.ID], "%d is given twice", sub.ID)
		ids[sub.ID] = true
		subscriptions[i] = fmt.Sprintf("%d %s %s", sub.ID, sub.StartDate, *sub.SubscriptionURL)
	}
	return codes, subscriptions
}

// A world of the same seed gives the same codes and ids, in whatever order users come, in
// another server too; one of another seed gives other codes.
func TestCodesAndIDsAreReproducible(t *testing.T) {
	t.Parallel()
	codes, subscriptions := drawn(t, 7, "a")
	again, subscriptionsAgain := drawn(t, 7, "a")
	assert.Equal(t, codes, again)
	assert.Equal(t, subscriptions, subscriptionsAgain)
	distinct := map[string]bool{}
	for _, three := range codes {
		assert.Regexp(t, `^(\d{6} ){3}$`, three)
		distinct[three] = true
	}
	assert.Len(t, distinct, 64)

	other, _ := drawn(t, 8, "a")
	elsewhere, _ := drawn(t, 7, "b")
	for i := range codes {
		assert.NotEqual(t, codes[i], other[i])
		assert.NotEqual(t, codes[i], elsewhere[i], "the space is part of the seed")
	}
}

func TestIssueCode(t *testing.T) {
	t.Parallel()
	m := start(t)
	_, err := m.IssueCode("nobody")
	require.EqualError(t, err, `mockserver: IssueCode: there is no profile user "nobody"`)
	code, err := m.IssueCode("usr_boris")
	require.NoError(t, err)
	m.call("PUT", "/profile/email-change", `{"new_email":"a@b","verification_code":"`+code+`"}`).is(422, rejected("body.verification_code", "the verification code is wrong"))
	m.call("PUT", "/profile/email-change", `{"new_email":"a@b","verification_code":"`+code+`"}`, boris).ok()
}
