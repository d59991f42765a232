package main

import (
	"io"
	"log/slog"
	"sync/atomic"
	"time"
)

func newLogger(set *settings, to io.Writer) *slog.Logger {
	var least slog.Level
	_ = least.UnmarshalText([]byte(set.logLevel)) // it is one of the four
	options := &slog.HandlerOptions{Level: least}
	if set.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(to, options))
	}
	return slog.New(slog.NewTextHandler(to, options))
}

// seldom logs that a limit is met once a minute, so that a peer cannot fill the log.
type seldom struct {
	log  func(limit string)
	last atomic.Int64
}

func (s *seldom) tell(limit string) {
	now, last := time.Now().Unix(), s.last.Load()
	if now-last >= 60 && s.last.CompareAndSwap(last, now) {
		s.log(limit)
	}
}
