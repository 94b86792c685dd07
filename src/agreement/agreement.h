/*
 * The agreement: the rules that two parties have co-signed, as a JSON document of format besa-agreement/1. It carries
 * out the instruments that it names and is never itself a legal basis. One reader, one canonical writer and the
 * published schema docs/agreement.schema.json come from one table of fields (message/form.h).
 */
#ifndef BESA_AGREEMENT_AGREEMENT_H
#define BESA_AGREEMENT_AGREEMENT_H

#include "agreement/clause.h"
#include "base/arena.h"
#include "base/problems.h"
#include "crypto/agree.h"
#include "crypto/digest.h"
#include "crypto/signature.h"
#include "message/marking.h"
#include "message/person.h"
#include "message/request.h"
#include "message/type.h"

#define AGREEMENT_SIZE_MAX                                                                         \
    (128u * 1024u) /* a document of some 10 KB, with room for two long annexes */
#define AGREEMENT_ARENA_SIZE      (1024u * 1024u) /* enough to read any document and hold its problems */
#define AGREEMENT_AUTHORITY_MAX   128
#define AGREEMENT_LEGAL_BASIS_MAX 16
#define AGREEMENT_NOTE_MAX        32
#define CERTIFICATE_SIZE_MAX      8192 /* PEM of one P-256 certificate is about 800 bytes */

/* One value each: another format or another statement of custody is another agreement, which this node cannot judge. */
enum agreement_format { AGREEMENT_FORMAT_1, AGREEMENT_FORMAT_COUNT };
enum custody_statement { CUSTODY_STATEMENT_HOLD, CUSTODY_STATEMENT_COUNT };
extern const char *const agreement_format_names[AGREEMENT_FORMAT_COUNT];
extern const char *const custody_statement_names[CUSTODY_STATEMENT_COUNT]; /* the whole sentence */

/* Directive (EU) 2023/977 and 2016/680 bind Member States; the other side is a third country to them. */
enum party_status { PARTY_EU_MEMBER, PARTY_THIRD_COUNTRY, PARTY_STATUS_COUNT };
extern const char *const party_status_names[PARTY_STATUS_COUNT];

struct agreement_authority {
    struct span code; /* "spoc-ro" */
    struct span name; /* as the `authority` of its requests spells it */
};

struct agreement_party {
    struct span party; /* "ro" */
    struct span state; /* "Romania" */
    enum party_status status;
    struct span
        certificate_pem; /* the institution's: signs agreements, TLS certificates, successions */
    struct span
        next_certificate_pem; /* comes after it: issues TLS certificates beside it from this version on, and the
                                       * next version may name it instead; empty: none */
    uint8_t log_key[SIGNATURE_PUBLIC_SIZE];
    uint8_t custody_key[SIGNATURE_PUBLIC_SIZE];
    uint8_t witness_key[SIGNATURE_PUBLIC_SIZE];
    uint8_t sealing_key[AGREE_PUBLIC_SIZE];
    struct span time_zone; /* IANA name, to show local times */
    struct span contact;   /* the desk's 24/7 telephone: alarms name it when the line is dead */
    struct span fallback;  /* the channel to use when nobody answers there either; empty: none */
    const struct span *languages; /* ISO 639-1 codes it accepts */
    size_t language_count;
    const struct agreement_authority *authorities; /* competent ones: no other may ask */
    size_t authority_count;
    uint64_t source_systems; /* bits of enum source_system: what may cross from it to the partner */
    int64_t minimum_protocol; /* oldest protocol version it speaks */
};

struct agreement_legal_basis {
    struct span instrument;
    struct span article;
    int64_t in_force_from_ms;       /* 0: not yet known to be in force, so it carries nothing */
    int64_t in_force_to_ms;         /* 0: no end */
    const struct span *authorities; /* codes of the authorities competent to apply it */
    size_t authority_count;
};

struct agreement_offence {
    enum offence offence;
    int64_t penalty_years; /* the maximum penalty of both states is at least this */
};

struct agreement_category {
    enum person_category category;
    uint64_t fields; /* bits of enum person_field */
};

struct agreement_retention {
    enum person_category category;
    int64_t erase_days; /* from receipt */
    int64_t review_days;
};

struct agreement_retention_other {
    int64_t request_days;  /* a request, from the end of its exchange */
    int64_t text_days;     /* an item that is no person, from receipt */
    int64_t minor_days;    /* caps every category when the person is a minor */
    int64_t domestic_days; /* access entries: LED 25 leaves it to national law */
    int64_t head_days;     /* heads of the outgoing logs */
};

/* How the time limits are counted: in elapsed hours, or the rows of whole days in calendar days of the requested party
 * (agreement/calendar.h). The row of hours is always elapsed. */
enum clock_count { CLOCK_ELAPSED, CLOCK_CALENDAR, CLOCK_COUNT_COUNT };
extern const char *const clock_count_names[CLOCK_COUNT_COUNT];
/* Where a limit in calendar days ends: with its last day, or with the next working day when that one is free. */
enum calendar_end {
    CALENDAR_END_NONE,
    CALENDAR_END_DAY,
    CALENDAR_END_WORKING_DAY,
    CALENDAR_END_COUNT
};
extern const char *const calendar_end_names[CALENDAR_END_COUNT]; /* [0] NULL */

struct agreement_offset {
    int64_t from_ms; /* from this moment on */
    int64_t minutes; /* local time minus UTC */
};
extern const char *const weekday_names[7]; /* Monday first */
#define BIT_DAYS_ALL UINT64_C(0x7f)

/* Zone table of one party: what its IANA zone says for the period of the agreement, with its free days. */
struct agreement_calendar {
    struct span party;
    struct span time_zone; /* the party's: whose rows these are */
    const struct agreement_offset *offsets;
    size_t offset_count;
    uint64_t rest_days;          /* bits of weekday_names */
    const struct span *holidays; /* YYYY-MM-DD */
    size_t holiday_count;
};

struct agreement_deadlines {
    enum clock_count count;
    enum calendar_end end; /* exactly with CLOCK_CALENDAR */
    int64_t urgent_direct_hours;
    int64_t urgent_indirect_hours;
    int64_t other_hours;
};

/* What becomes of what is held when the agreement ends. */
enum termination_held { TERMINATION_KEPT, TERMINATION_ERASED, TERMINATION_HELD_COUNT };
extern const char *const termination_held_names[TERMINATION_HELD_COUNT];

struct agreement_termination {
    int64_t notice_days; /* from the entry that says so to the end; at least 1 */
    enum termination_held held;
    int64_t erase_days; /* after the end, for TERMINATION_ERASED; caps still hold */
};

struct agreement_limits {
    int64_t body_size;
    int64_t attachment_size;
    int64_t attachment_count; /* of one message */
    int64_t day_size;         /* bytes of bodies and attachments, one direction, one day */
    int64_t request_count;    /* requests, one direction, one day */
};

/* What a second officer must approve (docs/safeguards.md g9). */
enum four_eyes {
    FOUR_EYES_ANSWER,           /* an answer that gives something, and what is given unasked */
    FOUR_EYES_REFUSAL,          /* an answer that refuses something */
    FOUR_EYES_PROTECTED_PERSON, /* a person in need of protection, or a minor */
    FOUR_EYES_SPECIAL_CATEGORY, /* LED 10 */
    FOUR_EYES_SINGLE_TRANSFER,  /* LED 38 */
    FOUR_EYES_REQUEST,          /* every request */
    FOUR_EYES_CLARIFICATION,    /* a question about a request, and its reply */
    FOUR_EYES_COUNT
};
extern const char *const four_eyes_names[FOUR_EYES_COUNT];

/* What one officer may send alone in an emergency (REQUIREMENTS g9), where the agreement allows it at all. */
#define EMERGENCY_AFTER_MS       INT64_C(1800000)  /* that nobody approved the draft */
#define EMERGENCY_REVIEW_MS      INT64_C(43200000) /* until when somebody else looks at it */
#define EMERGENCY_ITEM_COUNT_MAX 3u                /* the least that is needed */

/* The message types that an agreement decides on; NULL for the others: `opened` hangs on opened_notice, and the books of
 * the exchange (outcomes, erasures, withdrawals, parts held, clock disputes) always pass. */
extern const char *const agreed_type_names[MESSAGE_TYPE_COUNT];

/* A remark that binds no one, kept beside its clause: "to confirm: Law 363/2018 / Law 124/2024". */
struct agreement_note {
    struct span clause;
    struct span text;
};

struct agreement {
    enum agreement_format format;
    struct span id;  /* "ro-al" */
    int64_t version; /* from 1 */
    int64_t valid_from_ms;
    int64_t valid_to_ms;
    bool is_training;
    enum custody_statement custody_statement;
    uint8_t psk_hash[DIGEST_SIZE];         /* SHA-256 of psk(0) */
    const struct agreement_party *parties; /* exactly two, apart in every name and key */
    size_t party_count;
    const struct agreement_legal_basis *legal_bases;
    size_t legal_basis_count;
    uint64_t
        message_types; /* bits of enum message_type, business only; books of the exchange always pass */
    uint64_t purposes; /* bits of enum purpose */
    int64_t offence_minimum_years;
    const struct agreement_offence *offences;
    size_t offence_count;
    const struct agreement_category *categories;
    size_t category_count;
    uint64_t handling_codes; /* HANDLING_BIT */
    enum classification classification_ceiling;
    struct agreement_deadlines deadlines;
    const struct agreement_calendar *calendars;
    size_t calendar_count;
    const struct agreement_retention *retention;
    size_t retention_count;
    struct agreement_retention_other retention_other;
    struct agreement_limits limits;
    uint64_t four_eyes;                       /* bits of enum four_eyes */
    bool emergency_single;                    /* clause 9.2 */
    uint64_t transfer_grounds;                /* bits of enum transfer_ground */
    bool has_termination;                     /* else agreement_termination_default */
    struct agreement_termination termination; /* ask agreement_termination_of */
    bool opened_notice; /* the receiver tells that an officer opened a request (unit, no officer) */
    int64_t clock_bound_s; /* how far two nodes' times may differ at custody */
    const struct agreement_note *notes;
    size_t note_count;
};

/*
 * Reads a document. Problems name their fields; false when there is any. Everything is copied into the arena
 * (AGREEMENT_ARENA_SIZE suffices), so `document` may go.
 */
bool agreement_read(struct span document, struct arena *arena, struct agreement *out,
                    struct problems *problems);
/* The rules that join several fields, for an agreement made in memory; agreement_read has applied them. */
bool agreement_check(const struct agreement *agreement, struct problems *problems);
/* The canonical bytes: no spaces, fields in table order. BUG when `out` was too small. */
bool agreement_write(const struct agreement *agreement, struct buffer *out, struct error *err);
/* The JSON Schema (draft 2020-12), as docs/agreement.schema.json holds it. */
bool agreement_schema_write(struct buffer *out, struct error *err);
/* The page docs/agreement.md: clauses and fields, from the same tables. */
void agreement_document(struct buffer *out);
extern const struct form agreement_form;

/* What the two parties bring; keys are in the struct, texts are borrowed and must outlive `out`. */
struct agreement_draft {
    int64_t valid_from_ms;
    int64_t valid_to_ms;
    uint8_t psk_hash[DIGEST_SIZE];
    const struct agreement_party
        *parties[2]; /* source_systems 0 takes the default: national only */
};
/* Fills a training agreement, version 1, with every default of docs/safeguards.md b1, b8, b14, b15 and g, and notes where a
 * default is still to be confirmed. Id: "<party>-<party>". LIMIT when the arena is too small. */
bool agreement_default(const struct agreement_draft *draft, struct arena *arena,
                       struct agreement *out, struct error *err);

/* The party with this name; NULL when it is none of the two. */
const struct agreement_party *agreement_party_find(const struct agreement *agreement,
                                                   struct span party);
/* True when data from the first to the second leaves the Union, so that LED chapter V binds. */
bool agreement_leaves_union(const struct agreement_party *sender,
                            const struct agreement_party *receiver);
/* The other one. NULL when `party` is none of the two. */
const struct agreement_party *agreement_partner(const struct agreement *agreement,
                                                struct span party);
/* The fields that the agreement lets pass about this category; 0 when the category is not covered. */
uint64_t agreement_person_fields(const struct agreement *agreement, enum person_category category);
/* Cap and review of a category in ms; 0 when the category is not covered. */
int64_t agreement_erase_after_ms(const struct agreement *agreement, enum person_category category);
int64_t agreement_review_after_ms(const struct agreement *agreement, enum person_category category);
/* True for the categories whose fields no agreement may widen and which a second officer looks at. */
bool person_category_is_protected(enum person_category category);
/* The most fields that any agreement may allow about this category. */
uint64_t person_category_fields_max(enum person_category category);
/* May data from this system ever go to a third country? */
bool source_system_may_leave_union(enum source_system source);
bool legal_basis_is_in_force(const struct agreement_legal_basis *basis, int64_t time_ms);
/* The termination clause: as written, or the default (90 days; kept until the caps). */
struct agreement_termination agreement_termination_of(const struct agreement *agreement);
/* May `next` be the version after `agreement`? The parties, their keys, certificates and pre-shared key, and whether it is
 * for training, are no matter of an amendment: they change by pairing or succession. RULE names the first field. */
bool agreement_may_follow(const struct agreement *agreement, const struct agreement *next,
                          struct error *err);
/* A legal basis in force at `time_ms`; NULL when there is none. */
const struct agreement_legal_basis *agreement_basis_in_force(const struct agreement *agreement,
                                                             int64_t time_ms);

#endif
