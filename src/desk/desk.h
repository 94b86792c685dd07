/*
 * Desk: what an officer can do. One table of acts; each is given officer, reason and case, does its work and leaves its
 * access entry in the same transaction, so that no answer leaves without it. CLI and API call the same acts; arguments and
 * results are JSON, read strictly.
 */
#ifndef BESA_DESK_DESK_H
#define BESA_DESK_DESK_H

#include "base/json.h"
#include "journal/journal.h"

#define DESK_REASON_SIZE_MAX  400
#define DESK_LIST_MAX         200
#define DESK_PAGE             50 /* rows of a list when no limit is named */

#define OFFICER_NAME_SIZE_MAX 120 /* bytes */
#define CASE_TITLE_SIZE_MAX   200 /* bytes */

/* Who acts, why, in which case. */
struct desk_access {
    struct span officer;
    struct span reason;
    struct span case_number; /* empty where the act reads no person's data */
    struct span approver;    /* second officer, where the agreement asks for one; else empty */
    struct span
        approval; /* what the second officer confirmed (approval.h), as the act's entry names it; else empty */
    bool is_alone;         /* in an emergency, without the second officer (emergency.h) */
    int64_t glass;         /* under which broken glass this reads (glass.h); 0: under none */
    uint64_t true_grounds; /* bits of enum refusal_ground behind "refused under the agreement" */
};

struct desk_call {
    struct desk_access access;
    struct json_object
        *arguments;   /* the act reads all its fields; unknown ones are refused by the caller */
    struct span body; /* a message as JSON, for acts that send one */
    struct problems *problems; /* field by field */
    struct arena *arena;
    bool
        is_trial; /* everything is checked, nothing is done (approval.h); only acts that may wait know it */
    /* Set by an act whose result holds a secret that is told once and kept nowhere; NULL: nobody asks. */
    bool *is_told_once;
    /* How far long work is; NULL: nobody asks. In the writer: must not block. */
    void (*progress)(void *context, int64_t done, int64_t total);
    void *progress_context;
};

/* Whether an act shows what was exchanged: of books that are older than what the partner holds none of that is shown, since it
 * may have been erased meanwhile. Each act says so in the table; tests/desk/recover_test.c has the list. */
enum desk_shows {
    SHOWS_NOTHING,   /* own records, agreements, how the node stands, and counts */
    SHOWS_EXCHANGED, /* what was exchanged, its codes, or what was worked out of it: not done */
    SHOWS_IN_PART    /* done, and the act itself leaves out what was exchanged (access_books) */
};

struct desk_act {
    const char *name;      /* "request-send": also what the access entry says */
    const char *arguments; /* for help: "agreement, attachments" */
    const char *purpose;   /* one sentence */
    bool needs_case;
    bool has_body;
    bool (*run)(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                struct error *err);
    enum desk_shows shows;
};

extern const struct desk_act desk_acts[];
extern const size_t desk_act_count;
const struct desk_act *desk_act_find(struct span name);

/* Runs an act in the writer (inside a job): checks officer, reason, case and arguments, runs. */
bool desk_run(struct journal *journal, const struct desk_act *act, const struct desk_call *call,
              struct json_writer *out, struct error *err);

/* A file that an officer gave, sealed segment by segment before it is sent (attachment.h). */
struct attachment_writer;
bool desk_upload_add(struct journal *journal, const struct desk_access *access, struct span name,
                     const struct attachment_writer *writer, const uint8_t sha256[DIGEST_SIZE],
                     struct error *err);

/* Background, in the writer: removes uploads that nobody sent in this time, with their files. *removed: how many; when it
 * is above 0 there may be more. */
#define DESK_UPLOAD_AGE_MAX_MS (INT64_C(48) * 3600 * 1000) /* a weekend on duty */
bool desk_uploads_expire(struct journal *journal, size_t *removed, struct error *err);

/* Background, in the writer: the notes of hand-overs serve the next shifts, and go after this time. The same. */
#define DESK_NOTE_AGE_MAX_MS (INT64_C(30) * 24 * 3600 * 1000)
bool desk_handover_notes_expire(struct journal *journal, size_t *removed, struct error *err);

/*
 * Background, in the writer: makes the match keys of what was sent and accepted since the last step, and cross-checks each
 * request to us against what is held, before an officer opens it; each as a consultation by the node in the domestic log.
 * What fails for one entry is noted (store/key_rows.h, `unchecked`) and tried again. *more: there may be more to do.
 */
bool desk_crosscheck_step(struct journal *journal, bool *more, struct error *err);

#endif
