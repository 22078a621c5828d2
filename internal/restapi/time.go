package restapi

import (
	"fmt"
	"strconv"
	"time"
)

// A Time is a moment to the second; in JSON, seconds since 1970, as the service
// sends it.
type Time struct{ time.Time }

// MarshalJSON writes seconds since 1970.
func (t Time) MarshalJSON() ([]byte, error) {
	return strconv.AppendInt(nil, t.Unix(), 10), nil
}

// UnmarshalJSON reads seconds since 1970, with or without a fraction.
func (t *Time) UnmarshalJSON(b []byte) error {
	s, err := strconv.ParseFloat(string(b), 64)
	if err != nil {
		return fmt.Errorf("time %s is not in seconds since 1970", b)
	}
	t.Time = time.Unix(int64(s), 0).UTC()
	return nil
}
