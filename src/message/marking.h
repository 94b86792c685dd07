/*
 * Marking: the block that every entity and relation carries (docs/safeguards.md f): whence it comes, how good it is, what may
 * be done with it, until when. Without a whole marking an item cannot be written.
 */
#ifndef BESA_MESSAGE_MARKING_H
#define BESA_MESSAGE_MARKING_H

#include "base/span.h"
#include "base/text.h"
#include "message/offence.h"
#include "message/transfer.h"

struct form;

/* What the marked thing is. */
enum entity_type { ENTITY_PERSON, ENTITY_TEXT, ENTITY_TYPE_COUNT };
extern const char *const entity_type_names[ENTITY_TYPE_COUNT];

/* From which system it was taken (g4): unknown means refuse, so there is no such value. Bit numbers; never reused. */
enum source_system {
    SOURCE_NATIONAL,
    SOURCE_SIS,
    SOURCE_VIS,
    SOURCE_EES,
    SOURCE_ETIAS,
    SOURCE_EURODAC,
    SOURCE_ECRIS,
    SOURCE_PRUEM,
    SOURCE_PNR,
    SOURCE_EUROPOL,
    SOURCE_INTERPOL,
    SOURCE_SELEC,
    SOURCE_PARTNER, /* with marking.source_partner */
    SOURCE_PRIVATE,
    SOURCE_SYSTEM_COUNT
};
extern const char *const source_system_names[SOURCE_SYSTEM_COUNT];

/* Closed list of g5; not return, readmission, visa, asylum, citizenship or migration control. Bit numbers. */
enum purpose {
    PURPOSE_PREVENTION,
    PURPOSE_DETECTION,
    PURPOSE_INVESTIGATION,
    PURPOSE_PROSECUTION,
    PURPOSE_IMMEDIATE_THREAT,
    PURPOSE_MISSING_PERSONS,
    PURPOSE_COUNT
};
extern const char *const purpose_names[PURPOSE_COUNT];

/* The 4x4 system. */
enum source_eval { SOURCE_EVAL_A, SOURCE_EVAL_B, SOURCE_EVAL_C, SOURCE_EVAL_X, SOURCE_EVAL_COUNT };
extern const char *const source_eval_names[SOURCE_EVAL_COUNT]; /* "A", "B", "C", "X" */

enum nature { NATURE_FACT, NATURE_ASSESSMENT, NATURE_COUNT };
extern const char *const nature_names[NATURE_COUNT];

/* Handling codes as a bit set: H0 alone; H1, H2 and H3 combine; H3 needs a note. */
enum handling {
    HANDLING_H0, /* only for preventing and combating crime */
    HANDLING_H1, /* not in judicial proceedings without the provider's permission */
    HANDLING_H2, /* not disseminated without the provider's permission */
    HANDLING_H3, /* other restrictions, in the note */
    HANDLING_COUNT
};
extern const char *const handling_names[HANDLING_COUNT];
#define HANDLING_BIT(code) (UINT64_C(1) << (code))

/* Rising: a ceiling is a comparison. */
enum classification {
    CLASSIFICATION_UNCLASSIFIED,
    CLASSIFICATION_LIMITED, /* service secret */
    CLASSIFICATION_RESTRICTED,
    CLASSIFICATION_CONFIDENTIAL,
    CLASSIFICATION_SECRET,
    CLASSIFICATION_TOP_SECRET,
    CLASSIFICATION_COUNT
};
extern const char *const classification_names[CLASSIFICATION_COUNT];

/* What the receiver may do with it in the field; another axis than handling. 0 is unsaid. */
enum permitted_action {
    PERMITTED_UNSAID,
    PERMITTED_NO_CONTACT,
    PERMITTED_PASSIVE_CHECK,
    PERMITTED_ACTION_ALLOWED,
    PERMITTED_ACTION_COUNT
};
extern const char *const permitted_action_names[PERMITTED_ACTION_COUNT]; /* [0] NULL */

/* Special categories of personal data (LED Art. 10). Bit numbers. */
enum special_category {
    SPECIAL_RACIAL_OR_ETHNIC_ORIGIN,
    SPECIAL_POLITICAL_OPINIONS,
    SPECIAL_BELIEFS,
    SPECIAL_TRADE_UNION,
    SPECIAL_GENETIC,
    SPECIAL_BIOMETRIC,
    SPECIAL_HEALTH,
    SPECIAL_SEX_LIFE,
    SPECIAL_CATEGORY_COUNT
};
extern const char *const special_category_names[SPECIAL_CATEGORY_COUNT];

#define MARKING_REF_SIZE_MAX  100
#define MARKING_NOTE_SIZE_MAX 1000
#define MARKING_SCHEMA        1

struct marking {
    uint8_t id[UUID_SIZE];
    enum entity_type type;
    int64_t schema_version; /* MARKING_SCHEMA */
    struct span origin_party;
    struct span origin_ref; /* the provider's own reference */
    enum source_system source_system;
    struct span source_partner; /* party; only and always with SOURCE_PARTNER */
    enum purpose purpose;
    uint64_t offences; /* OFFENCE_BIT; may be empty only for PURPOSE_MISSING_PERSONS */
    enum source_eval source_eval;
    int64_t info_eval; /* 1 to 4 */
    enum nature nature;
    uint64_t handling; /* HANDLING_BIT */
    struct span handling_note;
    enum classification classification;
    enum permitted_action permitted_action;
    int64_t as_of_ms;
    int64_t recorded_at_ms;
    struct span recorded_by; /* pseudonym */
    int64_t review_at_ms;
    int64_t erase_at_ms;
    uint64_t special_categories;
    struct span special_justification;
    bool has_transfer;
    struct transfer transfer;
    struct span
        third_party; /* a third provider, whose restrictions below are passed on; may be empty */
    struct span third_party_restriction; /* what it demands */
    struct span third_party_consent;     /* reference of its consent */
    bool is_restricted;                  /* accuracy contested or kept as evidence only */
    bool has_supersedes;
    uint8_t supersedes[UUID_SIZE];
};

extern const struct form marking_form;

/* H0 alone, something at all, and a note with H3: the first fault in words, NULL when there is none. */
const char *handling_fault(uint64_t handling, struct span note);

#endif
