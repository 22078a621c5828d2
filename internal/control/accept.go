package control

import (
	"mime"
	"strconv"
	"strings"
)

// wantsPlain reports whether the best media type of an Accept header is
// application/json, as AWS's SDKs send it. Everything else gets HAL.
func wantsPlain(accept []string) bool {
	best, bestQuality := "", 0.0
	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		mediaType, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		quality := 1.0
		if q, ok := params["q"]; ok {
			quality, _ = strconv.ParseFloat(q, 64)
		}
		if quality > bestQuality {
			best, bestQuality = mediaType, quality
		}
	}
	return best == "application/json"
}
