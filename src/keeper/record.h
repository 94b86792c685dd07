/*
 * keeper.record: what the keeper signed, so that it never signs anything else. One file of fixed size, in blocks of
 * 4096 bytes:
 *
 *     blocks 0-4, 5-9      directory, two copies: which logs and chains there are
 *     blocks 10 + 2i, +1   log i, two slots: size, root, compact range, time, signed size
 *     blocks 266 + 2i, +1  psk chain i, two slots, sealed (AES-256-GCM)
 *
 * Sequence number n of a directory, log or chain is written to its copy n mod 2, so the newer copy that checks is the
 * state and a torn write leaves the older one. A check value is an HKDF under a key derived from the master key: whoever
 * writes to the disk can damage the record or put an older one back, but not make one up.
 *
 * Why a signature never runs ahead of the disk: record_store syncs before it returns; a write or sync that failed is
 * final for this process (the system may drop what it could not write and report nothing the next time); and opening
 * writes the states that it found once more, in place, and syncs, because what is read after a crash of the process
 * alone may be in the system's memory only.
 */
#ifndef BESA_KEEPER_RECORD_H
#define BESA_KEEPER_RECORD_H

#include "keeper/client.h"
#include "keeper/keys_file.h"
#include "keeper/psk.h"

#define RECORD_NAME            "keeper.record"
#define RECORD_BLOCK_SIZE      4096
#define RECORD_CHAIN_COUNT_MAX 32

/* What changes of a log with each step. */
struct record_head {
    uint64_t size;
    struct tlog_hash root;
    int64_t time_s;             /* of the last cosignature, 0 before the first */
    uint64_t signed_size;       /* size of the last cosignature; means something when time_s > 0 */
    struct compact_range range; /* empty for a witnessed log */
    /* No padding at the end: gcc 12 with -ftrivial-auto-var-init=zero clears it in the middle of range.nodes when a
     * local that holds this struct is initialised by a list. */
    uint32_t set;       /* of keys that signed last: never an older one again */
    uint32_t has_ended; /* 1: another log follows, and this one is never signed again */
    /* Partners' public keys that still have to say where this log stands (fresh.c): nothing is signed before the last of
     * them has. None in a record that was never lost. */
    uint64_t fresh_count;
    uint8_t fresh_keys[KEEPER_FRESH_MAX][SIGNATURE_PUBLIC_SIZE];
};

_Static_assert(sizeof(struct record_head) == 8 + 32 + 8 + 8 + sizeof(struct compact_range) + 8 + 8 +
                                                 KEEPER_FRESH_MAX * SIGNATURE_PUBLIC_SIZE,
               "record_head has no padding");

struct record_log {
    enum keeper_slot kind;
    uint8_t origin[ORIGIN_SIZE_MAX];
    size_t origin_size;
    uint64_t sequence; /* 0: neither slot checks, nothing may be signed for this log */
    struct record_head head;
};

struct record_chain {
    uint8_t agreement[NAME_SIZE_MAX];
    size_t agreement_size;
    uint64_t sequence; /* 0: neither slot checks */
};

struct record {
    const struct env *env;
    const struct keys *keys;
    struct env_file *file; /* NULL when there is none */
    uint64_t sequence;     /* of the directory */
    size_t log_count;
    size_t chain_count;
    struct record_log logs[KEEPER_SLOT_COUNT_MAX];
    struct record_chain chains[RECORD_CHAIN_COUNT_MAX];
    struct psk_chain *values; /* secret memory: the chains, by the same index */
    struct error refusal;     /* why nothing may be signed; kind NONE when all is well */
    bool has_failed;          /* a write or sync failed: nothing at all until the next start */
};

/* An empty record, whole and synced; replaces one that is there. */
bool record_create(const struct keeper_options *options, const struct keys *keys,
                   struct error *err);
/* Always leaves a record that record_close takes. What cannot be read becomes `refusal`, or a log of sequence 0. False
 * (LIMIT) only when memory is out. */
bool record_open(const struct keeper_options *options, const struct keys *keys, struct record *out,
                 struct error *err);
void record_close(struct record *record);

/* False with the reason when nothing may be signed, registered or paired. */
bool record_permits(const struct record *record, struct error *err);

/* NULL when there is none. */
struct record_log *record_find(struct record *record, enum keeper_slot kind, struct span origin);
/* `<stem>/<n>` */
struct origin_parts {
    struct span stem;
    uint64_t number;
};
bool origin_part(struct span origin, struct origin_parts *out);
/* The highest number of a log of this kind and stem; false when there is none. */
bool record_newest(const struct record *record, enum keeper_slot kind, struct span stem,
                   uint64_t *number);

/* It ended, and a later log of its stem is here: its slot may be given away. (Also one of which no slot checks, after a crash
 * that cut short just that.) */
bool record_is_past(const struct record *record, const struct record_log *log);

/* A new log of size 0. When no slot is left it takes that of a past log. LIMIT when there is none, STORE. */
bool record_add(struct record *record, enum keeper_slot kind, struct span origin,
                struct error *err);
/* Writes and syncs heads[i] as the new state of logs[i], then takes them over: all or, in memory, none. */
struct record_change {
    struct record_log *log;
    struct record_head head;
};
bool record_store(struct record *record, const struct record_change *changes, size_t count,
                  struct error *err);

/* The chain of an agreement: NULL when it was never paired. `is_lost` when it was and neither slot checks. */
struct psk_chain *record_find_chain(struct record *record, struct span agreement, bool *is_lost);
/* Stores a new chain, or one in the place of another of the same agreement; takes it over when it is durable. No older
 * value is left in either slot. */
bool record_put_chain(struct record *record, const struct psk_chain *chain, struct error *err);
/* Stores every chain that `now_ms` moves on; the values that fall out are overwritten in both slots. */
bool record_advance_chains(struct record *record, int64_t now_ms, struct error *err);

#endif
