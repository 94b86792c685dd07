/*
 * Verification of logs that follow one another, from exported files: each log as verify.h has it, and between two of them
 * entry 0 of the successor, whose document the institutions signed: where the older log ends, and from where on which keys
 * count. So a receipt by an older custody key, made after that key's end, is named. docs/verify.md 8.
 */
#ifndef BESA_CMD_VERIFY_CHAIN_H
#define BESA_CMD_VERIFY_CHAIN_H

#include "cmd/verify.h"
#include "message/succession.h"

#define VERIFY_CHAIN_MAX       64u /* logs of one verification: as many as may be named */
#define VERIFY_SUCCESSION_NAME "succession"
#define VERIFY_SUCCESSION_MAX  (SALT_SIZE + BODY_SIZE_MAX)

struct verify_chain {
    const struct env *env;
    const char *directory;      /* each log lies in DIR/<origin> */
    const struct note_key *log; /* one of each log, over a way that is trusted; any order */
    size_t log_count;
    struct verify_custody *custody; /* ends are filled in */
    size_t custody_count;
    const struct span
        *certificates; /* PEM of the institutions; none: their signatures are not looked at */
    size_t certificate_count;
};

/* One log of the chain, in the order in which they are verified: by stem, oldest first. */
struct verify_link {
    const struct note_key *key;
    struct span stem;
    uint64_t number;
    uint64_t
        base; /* position of its entry 0, where all logs before it were given; else of the first one given */
    struct verify_files_result found;
    bool has_end; /* its successor was given, and says where it ends */
    uint64_t end_size;
    struct tlog_hash end_root;
    bool has_start;   /* it says itself what it follows */
    uint64_t custody; /* position up to which the writer's older custody key counts */
    unsigned keys_number;
};
/* `links` has room for VERIFY_CHAIN_MAX. INPUT when two keys are of one log, or a log between two is missing. */
bool verify_chain(const struct verify_chain *chain, struct verify_link *links,
                  struct verify_report *report, struct error *err);

/* The file DIR/succession: salt and body of entry 0, whose head is given. False with INPUT says what is wrong with it. */
bool succession_file_read(struct span file, struct span head_bytes, struct arena *arena,
                          struct succession *out, struct error *err);

#endif
