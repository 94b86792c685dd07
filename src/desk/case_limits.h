/* Limits and words of cases, for those who do not see their rows. */
#ifndef BESA_DESK_CASE_LIMITS_H
#define BESA_DESK_CASE_LIMITS_H

#define CASE_NOTE_SIZE_MAX      4000 /* bytes */
#define CASE_TASK_SIZE_MAX      400
#define CASE_REFERENCE_SIZE_MAX 120
#define CASE_AUTHORITY_SIZE_MAX 200
#define CASE_PEOPLE_MAX         100
#define CASE_REFERENCE_MAX      100
#define CASE_ROWS_MAX           200 /* items, notes, tasks that are shown of one case */
#define HANDOVER_NOTE_SIZE_MAX  1000
#define HANDOVER_MATTERS_MAX    (64u * 1024u)
/* Six months are never fewer days than these (Directive (EU) 2023/977, Art. 16). */
#define CASE_REVIEW_DAYS_MAX 181

/* Where else a matter was taken up (docs/safeguards.md g18); the first ones as in messages (enum foreign_channel). */
enum case_channel {
    CASE_CHANNEL_SIENA,
    CASE_CHANNEL_INTERPOL,
    CASE_CHANNEL_SELEC,
    CASE_CHANNEL_EUROJUST,
    CASE_CHANNEL_FRONTEX,
    CASE_CHANNEL_LIAISON,
    CASE_CHANNEL_PROSECUTOR,
    CASE_CHANNEL_OTHER,
    CASE_CHANNEL_JITS_PLATFORM,
    CASE_CHANNEL_DIRECT,
    CASE_CHANNEL_COUNT
};
extern const char *const case_channel_names[CASE_CHANNEL_COUNT];
extern const char *const case_state_names[3]; /* enum case_state; [0] NULL: any */
extern const char *const case_task_kind_names[2];

#endif
