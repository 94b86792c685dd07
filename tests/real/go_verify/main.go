// go_verify opens a log that a node of Besa exported, with packages that nobody here wrote: the signed note and the tree
// of the Go checksum database (golang.org/x/mod/sumdb). It verifies the checkpoint's signature, recomputes the root from
// the entries and from the tiles, and proves a sample of entries.
//
//	go_verify DIR VKEY
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const width = 256

// number spells a tile's number as C2SP does: groups of three digits, all but the last behind an x.
func number(n int64) string {
	path := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		path = fmt.Sprintf("x%03d/%s", n%1000, path)
	}
	return path
}

// name is the path of a tile or bundle with w entries.
func name(kind string, n int64, w int) string {
	path := "tile/" + kind + "/" + number(n)
	if w < width {
		path += fmt.Sprintf(".p/%d", w)
	}
	return path
}

// checkpoint verifies the note and reads its three lines.
func checkpoint(dir string, vkey string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	bytes, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(bytes, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		return tlog.Tree{}, fmt.Errorf("the checkpoint is not of log %s", verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tlog.Tree{}, fmt.Errorf("the root is no hash")
	}
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return tree, nil
}

// entries reads all bundles.
func entries(dir string, size int64) ([][]byte, error) {
	var all [][]byte
	for at := int64(0); at < size; at += width {
		w := width
		if size-at < width {
			w = int(size - at)
		}
		bytes, err := os.ReadFile(filepath.Join(dir, name("entries", at/width, w)))
		if err != nil {
			return nil, err
		}
		for i := 0; i < w; i++ {
			if len(bytes) < 2 || len(bytes) < 2+int(binary.BigEndian.Uint16(bytes)) {
				return nil, fmt.Errorf("entry %d is cut", at+int64(i))
			}
			end := 2 + int(binary.BigEndian.Uint16(bytes))
			all = append(all, bytes[2:end])
			bytes = bytes[end:]
		}
		if len(bytes) != 0 {
			return nil, fmt.Errorf("%d bytes behind entry %d", len(bytes), at+int64(w)-1)
		}
	}
	return all, nil
}

// rootOfEntries builds the tree from the entries alone.
func rootOfEntries(all [][]byte) (tlog.Hash, error) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var hashes []tlog.Hash
		for _, index := range indexes {
			hashes = append(hashes, stored[index])
		}
		return hashes, nil
	})
	for i, entry := range all {
		hashes, err := tlog.StoredHashes(int64(i), entry, reader)
		if err != nil {
			return tlog.Hash{}, err
		}
		stored = append(stored, hashes...)
	}
	return tlog.TreeHash(int64(len(all)), reader)
}

// tiles reads hash tiles from the directory.
type tiles struct{ dir string }

func (t tiles) Height() int { return 8 }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range wanted {
		bytes, err := os.ReadFile(filepath.Join(t.dir, name(strconv.Itoa(tile.L), tile.N, tile.W)))
		if err != nil {
			return nil, err
		}
		data = append(data, bytes)
	}
	return data, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func verify(dir string, vkey string) error {
	tree, err := checkpoint(dir, vkey)
	if err != nil {
		return err
	}
	all, err := entries(dir, tree.N)
	if err != nil {
		return err
	}
	root, err := rootOfEntries(all)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return fmt.Errorf("the entries lead to root %v, the checkpoint has %v", root, tree.Hash)
	}
	reader := tlog.TileHashReader(tree, tiles{dir})
	root, err = tlog.TreeHash(tree.N, reader)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return fmt.Errorf("the tiles lead to root %v, the checkpoint has %v", root, tree.Hash)
	}
	step, proved := tree.N/200+1, 0
	for i := int64(0); i < tree.N; i++ {
		if i%step != 0 && i != tree.N-1 {
			continue
		}
		proof, err := tlog.ProveRecord(tree.N, i, reader)
		if err != nil {
			return fmt.Errorf("entry %d: %v", i, err)
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, i, tlog.RecordHash(all[i])); err != nil {
			return fmt.Errorf("entry %d: %v", i, err)
		}
		proved++
	}
	fmt.Printf("%d entries, root from entries and from tiles, %d entries proved\n", tree.N, proved)
	return nil
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: go_verify DIR VKEY")
		os.Exit(64)
	}
	if err := verify(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "go_verify:", err)
		os.Exit(65)
	}
}
