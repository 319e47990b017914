/** Runs before every test file: IndexedDB for the offline queue. */
import "fake-indexeddb/auto";
