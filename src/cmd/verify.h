/*
 * Verification: that a log is what was signed, and that everything beside it is what the log says. Each fault is named:
 * which log, which index, what. Two ways in: the node's own books, and exported files without a node.
 */
#ifndef BESA_CMD_VERIFY_H
#define BESA_CMD_VERIFY_H

#include "base/attributes.h"
#include "base/json.h"
#include "cmd/books.h"

enum finding_kind {
    FINDING_ENTRY_MISSING, /* a number without an entry, a bundle without its file */
    FINDING_HEAD,          /* the head is not the leaf that was signed */
    FINDING_TILE,          /* a tile is not that of its entries */
    FINDING_CHANGED,       /* entries are not those that were signed */
    FINDING_FORK,          /* one key signed two trees that cannot be one log */
    FINDING_SIGNATURE,     /* of a checkpoint */
    FINDING_RECEIPT,       /* a custody cosignature */
    FINDING_WITNESS,       /* a witness cosignature */
    FINDING_BODY,          /* body, salt or its key */
    FINDING_PART,
    FINDING_ATTACHMENT,
    FINDING_AGREEMENT,
    FINDING_SUCCESSION, /* what a log follows, and where the one before it ends */
    FINDING_KEEPER,     /* the keeper's record tells another story */
    FINDING_KIND_COUNT
};
extern const char *const finding_names[FINDING_KIND_COUNT]; /* "entry-missing", ... */

#define FINDING_TEXT_SIZE 400
#define FINDING_COUNT_MAX 64 /* kept; all are counted */
struct finding {
    enum finding_kind kind;
    char text[FINDING_TEXT_SIZE]; /* log, index, what; no personal data */
};

/* What was looked at, and what was found. Heap or static: some 26 KiB. */
struct verify_report {
    uint64_t logs, entries, checkpoints, receipts, witnesses;
    uint64_t bodies, parts, attachments, attachment_bytes;
    uint64_t unreadable; /* bodies not opened, since no keeper was at hand */
    uint64_t agreements;
    uint64_t tiles;
    uint64_t pruned; /* heads whose time was over: their hashes stand */
    size_t finding_total;
    size_t finding_count;
    struct finding findings[FINDING_COUNT_MAX];
    void *context;
    void (*progress)(void *context, struct span origin, uint64_t done,
                     uint64_t total); /* or NULL */
    const int *stop; /* atomic; once it is not 0, verifying is given up (BUSY); NULL: never */
};

void finding_add(struct verify_report *report, enum finding_kind kind, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* {"clean": true, "logs": ..., "findings": [{"kind", "text"}]}, without the braces: fields of an object begun. */
void verify_report_write(const struct verify_report *report, struct json_writer *out);

/* Every log of the books. False only when it could not be carried out; what is wrong stands in the report. */
bool verify_books(const struct books *books, struct verify_report *report, struct error *err);

/* A custody key of the other party, and up to which position in our logs of this stem its receipts count (verify_chain.h). */
struct verify_custody {
    struct note_key key;
    bool has_end;
    uint64_t end;
};
struct verify_files {
    const struct env *env;
    const char *directory;
    struct note_key log; /* as `besa log vkey` gave it, over a way that is trusted */
    const struct verify_custody *custody; /* of the other party, over time */
    size_t custody_count;                 /* 0: receipts are not looked at */
    struct span other_checkpoint;         /* one of the same log seen elsewhere; may be empty */
    uint64_t base;                        /* position of entry 0 */
    bool has_end;                         /* another log follows it: beyond this nothing counts */
    uint64_t end_size;
    struct tlog_hash end_root;
};
/* What a verification of files ended with, to be said beside the report. */
struct verify_files_result {
    uint64_t size;
    struct tlog_hash root;
    int64_t receipt_time_s; /* of the newest receipt that holds; 0 when there is none */
    uint64_t receipt_size;
    const struct note_key *receipt_by;
};
bool verify_directory(const struct verify_files *files, struct verify_report *report,
                      struct verify_files_result *out, struct error *err);

#endif
