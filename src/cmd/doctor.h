/*
 * Doctor: looks a node over and names what is wrong and the next step, for an administrator at night. Two tables of
 * checks: of the machine, which need nothing but the home (however broken), and of the books, which the node runs itself
 * (act `doctor`). Findings are one JSON list, whoever made them. Nothing here names a person or a case.
 */
#ifndef BESA_CMD_DOCTOR_H
#define BESA_CMD_DOCTOR_H

#include "base/json.h"
#include "cmd/home.h"

enum doctor_level {
    DOCTOR_OK,      /* as it should be */
    DOCTOR_NOTICE,  /* worth knowing, nothing to do now */
    DOCTOR_WARNING, /* will become a failure, or weakens what Besa promises */
    DOCTOR_FAILURE, /* something does not work, or must not stay so */
    DOCTOR_LEVEL_COUNT
};
extern const char *const doctor_level_names[DOCTOR_LEVEL_COUNT];

#define DOCTOR_TEXT_SIZE   512
#define DOCTOR_FINDING_MAX 256 /* a node with all its partners has about 130 */

struct doctor_finding {
    enum doctor_level level;
    char check[32];
    char found[DOCTOR_TEXT_SIZE];
    char next[DOCTOR_TEXT_SIZE]; /* empty: nothing to do */
};

/* What was found so far. Large: on the heap. */
struct doctor {
    const char *check; /* name of the check that runs */
    enum doctor_level worst;
    size_t
        count; /* findings beyond DOCTOR_FINDING_MAX are counted, not kept; the worst level holds for all */
    struct doctor_finding findings[DOCTOR_FINDING_MAX];
};
/* One finding of the running check. `next` says what to do, as a command or a sentence; NULL for OK and notices that need
 * nothing. */
void doctor_find(struct doctor *doctor, enum doctor_level level, const char *next,
                 const char *format, ...) PRINTF_LIKE(4, 5);

/* What the checks of the machine look at; tests put their own in. */
struct doctor_machine {
    const char *home;               /* path as it was named, may be missing or broken */
    const struct config *config;    /* NULL when it cannot be read */
    const char *config_error;       /* why */
    const char *proc;               /* "/proc" */
    const char *sys;                /* "/sys" */
    int (*clock_state)(void);       /* of the kernel: 0 kept, 1 not kept, -1 unknown */
    long (*landlock_version)(void); /* of the kernel; 0 or less: it has none */
    int64_t now_ms;
    uint64_t disk_warning_size; /* bytes free */
    uint64_t disk_failure_size;
};
#define DOCTOR_DISK_WARNING_SIZE (UINT64_C(2) << 30) /* a day of attachments of a busy desk */
#define DOCTOR_DISK_FAILURE_SIZE                                                                   \
    (UINT64_C(256) << 20) /* one attachment in segments, a log of changes */

struct doctor_machine_row {
    const char *name;
    const char *meaning; /* what is looked at, one sentence */
    void (*run)(struct doctor *doctor, const struct doctor_machine *machine);
};
extern const struct doctor_machine_row doctor_machine_rows[]; /* doctor_machine.c */
extern const size_t doctor_machine_row_count;

/* doctor_volume.c: is what lies on the home's volume, and what is swapped out, encrypted? */
void doctor_volume_look(struct doctor *doctor, const struct doctor_machine *machine);
void doctor_swap_look(struct doctor *doctor, const struct doctor_machine *machine);

/* doctor_machine.c: is our own certificate, the institution's, the API's and each partner's valid for a while? */
void doctor_certificates_look(struct doctor *doctor, const struct doctor_machine *machine);

struct node;
struct doctor_books_row {
    const char *name;
    const char *meaning;
    void (*run)(struct doctor *doctor, struct node *node);
};
/* doctor_logs.c: why a log is read-only, and the command that comes next. */
void doctor_logs_look(struct doctor *doctor, struct node *node);
/* Words of the reasons that it knows, one after the other; false behind the last. And its rows as docs/recovery.md has them. */
bool doctor_logs_words(size_t at, const char **words);
bool doctor_logs_page(struct buffer *out);
/* doctor_witness.c: each partner that answers cosigns our domestic log, beat by beat. */
void doctor_witness_look(struct doctor *doctor, struct node *node);
/* doctor_retention.c: nothing is held longer than agreed. */
void doctor_retention_look(struct doctor *doctor, struct node *node);
/* doctor_limits.c: no answer is overdue, and urgent requests are in custody. */
void doctor_limits_look(struct doctor *doctor, struct node *node);
extern const struct doctor_books_row doctor_books_rows[]; /* doctor_books.c */
extern const size_t doctor_books_row_count;

/* {"worst", "findings": [{"check", "level", "found", "next"}]}, and back; what is read is added, but for what stands there
 * in the same words: the node looks at the certificates too. */
bool doctor_write(const struct doctor *doctor, struct json_writer *out);
bool doctor_read(struct doctor *doctor, struct span text, struct error *err);
/* For people: the worst first, what is well as one line, or a line each with `with_all`. False when the buffer is full. */
bool doctor_tell(const struct doctor *doctor, bool with_all, struct buffer *out);

/* Runs all of the one or the other table. */
void doctor_look_machine(struct doctor *doctor, const struct doctor_machine *machine);
void doctor_look_books(struct doctor *doctor, struct node *node);

#endif
