package quartet_test

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
	"github.com/quartet-go/quartet/profile"
)

func TestAFreeFormObjectSurvivesTheRoundTrip(t *testing.T) {
	t.Parallel()
	const details = `{"big":9007199254740993,"empty":{},"exact":1.10,"list":[1.0,[],null,-0,1e400],"nested":{"ключ":{"значение":"пример \ud83d\ude00"}},"none":null}`
	var sent string
	client := profileClient(t, quartet.WithTransport(transport(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodGet {
			return answer(200, `{"method":"card","details":`+details+`}`), nil
		}
		body, err := io.ReadAll(r.Body)
		sent = string(body)
		return answer(200, messageJSON), err
	})))
	method, err := client.GetPaymentMethod(t.Context())
	require.NoError(t, err)
	assert.Equal(t, json.Number("9007199254740993"), method.Details["big"])
	_, err = client.ChangePaymentMethod(t.Context(), profile.ChangePaymentMethodRequest(*method))
	require.NoError(t, err)
	assert.Equal(t, `{"details":{"big":9007199254740993,"empty":{},"exact":1.10,"list":[1.0,[],null,-0,1e400],"nested":{"ключ":{"значение":"пример 😀"}},"none":null},"method":"card"}`, sent)
}

func TestAnObjectIsDecodedIntoAStructOfTheCallers(t *testing.T) {
	t.Parallel()
	client := profileClient(t, always(200, `{"subscriptions":[{"course_id":"go-101","seats":9007199254740993,"price":{"amount":1.10}},{"other":true},{}]}`))
	list, err := client.ListSubscriptions(t.Context())
	require.NoError(t, err)
	require.Len(t, list.Subscriptions, 3)
	first, second := list.Subscriptions[0], list.Subscriptions[1]
	assert.Equal(t, "go-101", *first.CourseID)
	assert.Equal(t, "go-101", first.Members["course_id"], "every member is there")
	assert.Nil(t, second.CourseID)
	assert.Equal(t, quartet.Object{"other": true}, second.Members)
	assert.NotNil(t, list.Subscriptions[2].Members)

	var mine struct {
		Seats int64 `json:"seats"`
		Price struct {
			Amount json.Number `json:"amount"`
		} `json:"price"`
	}
	require.NoError(t, first.Decode(&mine))
	assert.Equal(t, int64(9007199254740993), mine.Seats)
	assert.Equal(t, json.Number("1.10"), mine.Price.Amount)
}

func TestAnObjectThatCannotBeDecodedSaysSo(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, quartet.Object{"f": func() {}}.Decode(&struct{}{}), "quartet: encode object")
	var wrong struct{ N int }
	require.ErrorContains(t, quartet.Object{"N": "x"}.Decode(&wrong), "quartet: decode object")
}

func TestANilObjectIsWrittenAsAnEmptyOne(t *testing.T) {
	t.Parallel()
	data, err := json.Marshal(quartet.Object(nil))
	require.NoError(t, err)
	assert.Equal(t, "{}", string(data))
	read := quartet.Object{"a": 1}
	require.NoError(t, json.Unmarshal([]byte("null"), &read))
	assert.Nil(t, read)
}

func TestAnUnknownMemberOfAnOpenObjectIsNotTakenForAKnownOneInOtherLetters(t *testing.T) {
	t.Parallel()
	client := profileClient(t, always(200, `{"subscriptions":[{"COURSE_ID":5},{"course_id":"go","Course_Id":"sql"}]}`))
	list, err := client.ListSubscriptions(t.Context())
	require.NoError(t, err)
	assert.Nil(t, list.Subscriptions[0].CourseID)
	assert.Equal(t, json.Number("5"), list.Subscriptions[0].Members["COURSE_ID"])
	assert.Equal(t, quartet.Ptr("go"), list.Subscriptions[1].CourseID)
	assert.Equal(t, "sql", list.Subscriptions[1].Members["Course_Id"])
}
