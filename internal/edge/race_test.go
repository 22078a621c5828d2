//go:build race

package edge

// raceDetector says that memory is not what it is without.
const raceDetector = true
