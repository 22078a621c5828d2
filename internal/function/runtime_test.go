package function

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain makes the test binary a function when a Host starts it.
func TestMain(m *testing.M) {
	if api := os.Getenv("AWS_LAMBDA_RUNTIME_API"); api != "" {
		serveFunction("http://" + api + "/2018-06-01/runtime/")
	}
	goleak.VerifyTestMain(m)
}

// A task is an event of the function that the tests run: what it is to do.
type task struct {
	Do    string        `json:",omitempty"` // see perform; "": answer
	Sleep time.Duration `json:",omitempty"` // first
	Size  int           `json:",omitempty"` // of the answer

	// Say is what a function says that streams, piece by piece; see say.
	Say  []string `json:",omitempty"`
	Gate string   `json:",omitempty"` // URL that answers when it may go on
}

// A report is what the function answers.
type report struct {
	PID         int
	Header      http.Header
	Event       json.RawMessage
	Environment []string
	Arguments   []string
	Dir         string
}

// serveFunction is the function's runtime.
func serveFunction(api string) {
	if os.Getenv("INIT") != "" {
		post(api+"init/error", `{"errorType":"Init","errorMessage":"no"}`)
		os.Exit(4)
	}
	fmt.Println("begun")
	for {
		r, err := http.Get(api + "invocation/next")
		if err != nil || r.StatusCode != 200 {
			os.Exit(5)
		}
		event, _ := io.ReadAll(r.Body)
		r.Body.Close()
		perform(api+"invocation/"+r.Header.Get("Lambda-Runtime-Aws-Request-Id"), event, r.Header)
	}
}

func perform(invocation string, event []byte, header http.Header) {
	var t task
	_ = json.Unmarshal(event, &t)
	time.Sleep(t.Sleep)
	dir, _ := os.Getwd()
	answer, _ := json.Marshal(report{os.Getpid(), header, event, os.Environ(), os.Args[1:], dir})
	switch t.Do {
	case "":
		post(invocation+"/response", string(answer)+strings.Repeat(" ", t.Size))
	case "print":
		fmt.Print("one\n\xfftwo\nfailed\r\u00a0\u00a0here\r\n", strings.Repeat("x", maxLine+1), "\n")
		fmt.Fprint(os.Stderr, "three")
		post(invocation+"/response", `{}`)
	case "fail":
		post(invocation+"/error", `{"errorMessage":"it broke","errorType":"Broken"}`)
	case "exit":
		os.Exit(3)
	case "leave": // with a process of its own still there, which has its output open
		child := exec.Command("sleep", "60")
		child.Stdout = os.Stdout
		_ = child.Start()
		fmt.Println("child", child.Process.Pid)
		os.Exit(0)
	case "answer wrongly":
		status := post(invocation[:len(invocation)-1]+"/response", `{}`)
		post(invocation+"/response", fmt.Sprint(status))
	case "stream":
		streamAnswer(invocation, t)
	case "answer and exit":
		post(invocation+"/response", string(answer))
		os.Exit(0)
	case "answer and linger":
		post(invocation+"/response", string(answer))
		time.Sleep(time.Minute)
	}
}

// streamAnswer answers in the streaming way of the Runtime API.
func streamAnswer(invocation string, t task) {
	out, in := io.Pipe()
	r, _ := http.NewRequest("POST", invocation+"/response", out)
	r.Header.Set("Lambda-Runtime-Function-Response-Mode", "streaming")
	r.Header.Set("Content-Type", "application/vnd.awslambda.http-integration-response")
	r.Trailer = http.Header{errorType: nil, "Lambda-Runtime-Function-Error-Body": nil}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if answer, err := http.DefaultClient.Do(r); err == nil {
			fmt.Println("answered", answer.StatusCode)
			answer.Body.Close()
		} else {
			fmt.Println("not answered", err)
		}
		out.Close()
	}()
	for _, piece := range t.Say {
		say(invocation, t, piece, in, r)
	}
	in.Close()
	<-done
	fmt.Println("said all")
}

// say says one piece, unless it is one of these.
func say(invocation string, t task, piece string, in *io.PipeWriter, r *http.Request) {
	switch piece {
	case "!wait": // until the gate opens
		answer, err := http.Get(t.Gate)
		if err == nil {
			answer.Body.Close()
		}
	case "!much": // for as long as it is taken
		for err, b := error(nil), make([]byte, 1<<20); err == nil; {
			_, err = in.Write(b)
		}
	case "!break": // the connection
		in.CloseWithError(io.ErrNoProgress)
	case "!fail":
		r.Trailer.Set(errorType, "Broken")
		r.Trailer.Set("Lambda-Runtime-Function-Error-Body", base64.StdEncoding.EncodeToString([]byte(`{"errorType":"Broken","errorMessage":"it broke"}`)))
	case "!fail badly":
		r.Trailer.Set(errorType, "Broken")
	case "!error": // beside the answer
		post(invocation+"/error", `{"errorType":"Broken","errorMessage":"it broke"}`)
	case "!again":
		fmt.Println("again", post(invocation+"/response", `{}`))
	case "!kill":
		self, _ := os.FindProcess(os.Getpid())
		_ = self.Kill()
		time.Sleep(time.Minute)
	case "!exit":
		os.Exit(3)
	case "!sleep":
		time.Sleep(time.Minute)
	default:
		_, _ = io.WriteString(in, piece)
	}
}

func post(url, body string) int {
	r, err := http.Post(url, "application/json", bytes.NewReader([]byte(body)))
	if err != nil {
		return 0
	}
	defer r.Body.Close()
	_, _ = io.Copy(io.Discard, r.Body)
	return r.StatusCode
}
