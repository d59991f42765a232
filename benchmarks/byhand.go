package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// byHand is what a program writes that needs two calls and no library.
type byHand struct {
	do func(ctx context.Context, method, url string, header http.Header, body []byte) (*http.Response, error)
}

type handProfile struct {
	UserID    string  `json:"user_id"`
	FirstName *string `json:"first_name"`
	LastName  *string `json:"last_name"`
	Email     *string `json:"email"`
	Phone     *string `json:"phone"`
	AvatarURL *string `json:"avatar_url"`
}

type handRequest struct {
	IsTrial         bool     `json:"is_trial,omitempty"`
	DurationDays    int      `json:"duration_days,omitempty"`
	TrafficLimitGB  int      `json:"traffic_limit_gb,omitempty"`
	DeviceLimit     int      `json:"device_limit,omitempty"`
	SquadUUID       string   `json:"squad_uuid,omitempty"`
	ConnectedSquads []string `json:"connected_squads,omitempty"`
	ReplaceExisting bool     `json:"replace_existing,omitempty"`
}

type handUser struct {
	ID                     int64             `json:"id"`
	Status                 string            `json:"status"`
	Language               string            `json:"language"`
	BalanceKopeks          int64             `json:"balance_kopeks"`
	BalanceRubles          float64           `json:"balance_rubles"`
	HasHadPaidSubscription bool              `json:"has_had_paid_subscription"`
	HasMadeFirstTopup      bool              `json:"has_made_first_topup"`
	CreatedAt              time.Time         `json:"created_at"`
	UpdatedAt              time.Time         `json:"updated_at"`
	TelegramID             *int64            `json:"telegram_id"`
	Username               *string           `json:"username"`
	FirstName              *string           `json:"first_name"`
	LastName               *string           `json:"last_name"`
	ReferralCode           *string           `json:"referral_code"`
	ReferredByID           *int64            `json:"referred_by_id"`
	LastActivity           *time.Time        `json:"last_activity"`
	PromoGroup             *handPromoGroup   `json:"promo_group"`
	Subscription           *handSubscription `json:"subscription"`
}

type handPromoGroup struct {
	ID                     int64  `json:"id"`
	Name                   string `json:"name"`
	ServerDiscountPercent  int    `json:"server_discount_percent"`
	TrafficDiscountPercent int    `json:"traffic_discount_percent"`
	DeviceDiscountPercent  int    `json:"device_discount_percent"`
	ApplyDiscountsToAddons bool   `json:"apply_discounts_to_addons"`
}

type handSubscription struct {
	ID                     int64     `json:"id"`
	Status                 string    `json:"status"`
	ActualStatus           string    `json:"actual_status"`
	IsTrial                bool      `json:"is_trial"`
	StartDate              time.Time `json:"start_date"`
	EndDate                time.Time `json:"end_date"`
	TrafficLimitGB         int       `json:"traffic_limit_gb"`
	TrafficUsedGB          float64   `json:"traffic_used_gb"`
	DeviceLimit            int       `json:"device_limit"`
	AutopayEnabled         bool      `json:"autopay_enabled"`
	AutopayDaysBefore      *int      `json:"autopay_days_before"`
	SubscriptionURL        *string   `json:"subscription_url"`
	SubscriptionCryptoLink *string   `json:"subscription_crypto_link"`
	ConnectedSquads        []string  `json:"connected_squads"`
}

type handRefusal struct {
	Detail []struct {
		Type  string `json:"type"`
		Loc   []any  `json:"loc"`
		Msg   string `json:"msg"`
		Input any    `json:"input"`
	} `json:"detail"`
}

func openByHand(transport http.RoundTripper) (client, error) {
	return newByHand(&http.Client{Transport: transport})
}

// openByHandInTime is for a program that does not wait for ever, as quartet does not.
func openByHandInTime(transport http.RoundTripper) (client, error) {
	return newByHand(&http.Client{Transport: transport, Timeout: 30 * time.Second})
}

func newByHand(httpClient *http.Client) (client, error) {
	return &byHand{func(ctx context.Context, method, url string, header http.Header, body []byte) (*http.Response, error) {
		var content io.Reader
		if body != nil {
			content = bytes.NewReader(body)
		}
		req, err := http.NewRequestWithContext(ctx, method, url, content)
		if err != nil {
			return nil, err
		}
		req.Header = header
		return httpClient.Do(req)
	}}, nil
}

func openByHandRetrying(transport http.RoundTripper) (client, error) {
	retrying := newRetrying(transport)
	return &byHand{func(ctx context.Context, method, url string, header http.Header, body []byte) (*http.Response, error) {
		var content any
		if body != nil {
			content = body
		}
		req, err := retryablehttp.NewRequestWithContext(ctx, method, url, content)
		if err != nil {
			return nil, err
		}
		req.Header = header
		return retrying.Do(req)
	}}, nil
}

// newRetrying takes the defaults but for its log of every request.
func newRetrying(transport http.RoundTripper) *retryablehttp.Client {
	retrying := retryablehttp.NewClient()
	retrying.HTTPClient = &http.Client{Transport: transport}
	retrying.Logger = nil
	return retrying
}

func (c *byHand) profile(ctx context.Context) (any, error) {
	header := http.Header{"Accept": {"application/json"}, "Authorization": {"Bearer " + token}}
	resp, err := c.do(ctx, http.MethodGet, baseURL+"/profile/me", header, nil)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("get the profile: %s", resp.Status)
	}
	return decodeByHand[handProfile](resp.Body)
}

func (c *byHand) create(ctx context.Context) (any, error) {
	body, err := json.Marshal(handRequest{
		DurationDays: days, TrafficLimitGB: traffic, DeviceLimit: devices, ConnectedSquads: []string{squad}, ReplaceExisting: true,
	})
	if err != nil {
		return nil, err
	}
	header := http.Header{"Accept": {"application/json"}, "Content-Type": {"application/json"}, "X-Api-Key": {apiKey}}
	resp, err := c.do(ctx, http.MethodPost, baseURL+"/users/"+strconv.FormatInt(userID, 10)+"/subscription", header, body)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusCreated:
		return decodeByHand[handUser](resp.Body)
	case http.StatusUnprocessableEntity:
		return decodeByHand[handRefusal](resp.Body)
	default:
		return nil, fmt.Errorf("create the subscription: %s", resp.Status)
	}
}

func decodeByHand[T any](body io.Reader) (*T, error) {
	out := new(T)
	if err := json.NewDecoder(body).Decode(out); err != nil {
		return nil, err
	}
	return out, nil
}
