// Judges what our log says with the Go team's own libraries for checksum databases, which nobody here wrote.
// Standard input: one JSON question. Standard output: one JSON list of answers for each of its lists, in its order.
package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type inclusion struct {
	Index, Size int64
	Entry       string
	Hashes      []string
	Root        string
}

type growth struct {
	From, To  int64
	Hashes    []string
	Old, Root string
}

type question struct {
	Key         string
	Checkpoints []string
	Inclusions  []inclusion
	Growths     []growth
}

type answer struct {
	Checkpoints []string
	Inclusions  []bool
	Growths     []bool
}

func hash(text string) (found tlog.Hash, ok bool) {
	data, err := hex.DecodeString(text)
	if err != nil || len(data) != tlog.HashSize {
		return found, false
	}
	copy(found[:], data)
	return found, true
}

func hashes(texts []string) (found []tlog.Hash, ok bool) {
	for _, text := range texts {
		one, good := hash(text)
		if !good {
			return nil, false
		}
		found = append(found, one)
	}
	return found, true
}

// opened returns "size root" of a checkpoint that the key signed, and nothing for any other.
func opened(text string, verifier note.Verifier) string {
	signed, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return ""
	}
	lines := strings.Split(signed.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return ""
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return ""
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%d %s", size, hex.EncodeToString(root[:]))
}

func includes(asked inclusion) bool {
	proof, good := hashes(asked.Hashes)
	root, known := hash(asked.Root)
	leaf := tlog.RecordHash([]byte(asked.Entry))
	return good && known && tlog.CheckRecord(proof, asked.Size, root, asked.Index, leaf) == nil
}

func extends(asked growth) bool {
	proof, good := hashes(asked.Hashes)
	old, known := hash(asked.Old)
	root, also := hash(asked.Root)
	return good && known && also && tlog.CheckTree(proof, asked.To, root, asked.From, old) == nil
}

func main() {
	var asked question
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	verifier, err := note.NewVerifier(asked.Key)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	told := answer{}
	for _, text := range asked.Checkpoints {
		told.Checkpoints = append(told.Checkpoints, opened(text, verifier))
	}
	for _, one := range asked.Inclusions {
		told.Inclusions = append(told.Inclusions, includes(one))
	}
	for _, one := range asked.Growths {
		told.Growths = append(told.Growths, extends(one))
	}
	if err := json.NewEncoder(os.Stdout).Encode(told); err != nil {
		os.Exit(2)
	}
}
