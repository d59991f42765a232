package mockserver

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A target that never answers holds Close only for its patience.
func TestCloseCutsOffWhoWaitsForATarget(t *testing.T) {
	t.Parallel()
	target := Start(t)
	require.NoError(t, target.AddFault(Fault{Kind: NoAnswer}))
	s := Start(t, WithProxy(Proxy{Target: target.URL()}))
	s.patience = time.Millisecond
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/profile/me", http.NoBody)
	require.NoError(t, err)
	client, ended := s.Client(), make(chan error, 1)
	go func() {
		resp, err := client.Do(req)
		if err == nil {
			err = resp.Body.Close()
		}
		ended <- err
	}()
	target.Verify(t, Expect("getMyProfile").Within(time.Minute))
	s.Close()
	assert.Error(t, <-ended)
	assert.Zero(t, s.Journal()[0].Status)
}
