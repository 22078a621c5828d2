package function

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
)

// maxLine is how long a line of output is in the log; what is longer becomes
// several.
const maxLine = 16 << 10

// log writes what the process prints to the log, line by line. A process that
// prints faster than the log is written waits.
func (p *process) log(out io.Reader) {
	r := bufio.NewReaderSize(out, maxLine)
	for {
		line, err := r.ReadSlice('\n')
		if line = bytes.TrimRight(line, "\r\n"); len(line) > 0 {
			p.function.logger(p.request.Load().(string)).Info("function output", "line", strings.ToValidUTF8(string(line), "\uFFFD"))
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return // its end, or the time for it is over
		}
	}
}
