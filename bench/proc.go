//go:build linux

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// cpuTime returns what all threads of a process have used of the CPU so far,
// user and system together. The clock of the process counts nanoseconds where
// /proc/PID/stat counts hundredths of a second, a whole per cent of a slice.
func cpuTime(pid int) (time.Duration, error) {
	const scheduled = 2 // CPUCLOCK_SCHED; the id is formed as by clock_getcpuclockid(3)
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|scheduled), &t); err != nil {
		return 0, fmt.Errorf("CPU clock of process %d: %w", pid, err)
	}
	return time.Duration(t.Nano()), nil
}

// memory returns a line of /proc/PID/status, VmRSS or VmHWM, in MiB.
func memory(pid int, name string) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == name+":" {
			kib, err := strconv.ParseFloat(fields[1], 64)
			return kib / 1024, err
		}
	}
	return 0, fmt.Errorf("process %d has no %s", pid, name)
}

// machineTime is the time of all cores since the machine started, in ticks.
// Stolen time is what the hypervisor gave to others while we wanted to run.
type machineTime struct{ total, stolen float64 }

func readMachineTime() (machineTime, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return machineTime{}, err
	}
	const stealColumn, guestColumn = 8, 9 // guest time is part of user time already
	fields := strings.Fields(string(text[:bytes.IndexByte(text, '\n')]))
	var m machineTime
	for i, field := range fields[1:min(guestColumn, len(fields))] {
		ticks, err := strconv.ParseFloat(field, 64)
		if err != nil {
			return m, fmt.Errorf("/proc/stat: %w", err)
		}
		m.total += ticks
		if i+1 == stealColumn {
			m.stolen = ticks
		}
	}
	return m, nil
}

// stolenSince returns the part of the time since the earlier reading that was
// stolen, in per cent.
func (m machineTime) stolenSince(earlier machineTime) float64 {
	if m.total == earlier.total {
		return 0
	}
	return 100 * (m.stolen - earlier.stolen) / (m.total - earlier.total)
}

// cpuModel returns the processor's name as /proc/cpuinfo has it.
func cpuModel() string {
	file, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if name, value, _ := strings.Cut(lines.Text(), ":"); strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown processor"
}
