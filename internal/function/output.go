package function

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"
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
			logger := p.function.logger(p.request.Load().(string))
			for line := range unfolded(strings.ToValidUTF8(string(line), "\uFFFD")) {
				logger.Info("function output", "line", line)
			}
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return // its end, or the time for it is over
		}
	}
}

// unfolded are the lines in a line. AWS's runtime interface client for Python folds
// a traceback into one line, so that CloudWatch keeps it together: it ends lines
// with a carriage return and indents them with no-break spaces.
func unfolded(line string) iter.Seq[string] {
	if strings.Contains(line, "\r") {
		line = strings.ReplaceAll(line, "\u00A0", " ")
	}
	return strings.SplitSeq(line, "\r")
}
