/*
 * Shape: which members a JSON object of the API has: the arguments of a request, and the answer of each route. One table
 * an object; from it come its schema in the OpenAPI document and, for arguments, the check of what comes in. The answers
 * are written by the acts; tests/web/contract_test.c holds every one of them to its table. Messages have tables of their
 * own (message/form.h).
 */
#ifndef BESA_WEB_SHAPE_H
#define BESA_WEB_SHAPE_H

#include "base/json.h"

enum shape_kind {
    SHAPE_TEXT,    /* min to max bytes, and of the pattern if there is one */
    SHAPE_TEXTS,   /* a list of min to max such texts, each of 1 to item_max bytes */
    SHAPE_INTEGER, /* min to max */
    SHAPE_INTEGERS,
    SHAPE_BOOLEAN,
    SHAPE_CHOICE,  /* one of names */
    SHAPE_CHOICES, /* distinct ones of names, at least min */
    SHAPE_HEX,     /* of max bytes */
    SHAPE_BASE64,  /* of min to max bytes */
    SHAPE_TIME,    /* RFC 3339, UTC */
    SHAPE_DATE,    /* 2026-01-31 */
    SHAPE_UUID,
    SHAPE_OBJECT, /* of one of `shapes`, or of the schema `ref` */
    SHAPE_LIST,   /* at most max of them */
    SHAPE_ANY,    /* an object that is described elsewhere */
};

struct shape;
struct shape_field {
    const char *name;
    enum shape_kind kind;
    bool is_optional;
    int64_t min;
    int64_t max;
    size_t item_max;
    const char *pattern; /* ECMA-262, as JSON Schema has it; NULL: none */
    const char *const *names;
    size_t name_count;
    const struct shape *const *shapes; /* any one of these */
    size_t shape_count;
    const char *ref;   /* a schema that is no shape; NULL: none */
    const char *about; /* one sentence; NULL: its name says it */
};

struct shape {
    const char *name; /* among the schemas of the document */
    const char *about;
    const struct shape_field *fields;
    size_t count;
};

#define SHAPE_IDENTIFIER "^[a-z0-9-]+$"

/* Checks arguments: each field that is there or must be. Problems are added field by field; the caller asks for what else
 * may stand in the object and ends it. Arguments are flat: objects and lists of objects are no business of theirs. */
void shape_check(const struct shape *shape, struct json_object *object);

/* What is taken and given; where a route's row says nothing, there is no body. */
extern const struct shape shape_login, shape_password, shape_proof, shape_refusal, shape_assignment,
    shape_clarification, shape_clarification_reply, shape_access, shape_delay, shape_doubt,
    shape_urgency, shape_erasure, shape_officer_put, shape_confirmation, shape_hold_put,
    shape_acts_hold_put;
extern const struct shape shape_document, shape_session, shape_requests, shape_own_requests,
    shape_given, shape_copies, shape_alarms, shape_sent, shape_upload, shape_item, shape_assigned,
    shape_erased, shape_withdrawn, shape_officers, shape_officer_done, shape_password_asked,
    shape_approvals, shape_approval, shape_approval_shown, shape_approval_done, shape_sessions,
    shape_officer_ended, shape_agreements, shape_suspension, shape_resume, shape_retention,
    shape_retention_items, shape_hold, shape_acts_hold, shape_acts_holds, shape_status,
    shape_problem;
extern const struct shape shape_forwarding, shape_forwarded, shape_export, shape_exported;
/* The same of the agreement's versions, the end of a log, a resume, revocations, and what looks over (shapes_governance.c). */
extern const struct shape shape_signed, shape_proposal_refusal, shape_termination,
    shape_difference_asked, shape_ending_put, shape_succession_put, shape_resume_allow,
    shape_key_revoke;
extern const struct shape shape_governed, shape_proposal, shape_history, shape_difference,
    shape_ruling, shape_ending_prepared, shape_ending_allowed, shape_log_ended, shape_resumes,
    shape_key_revoked, shape_officer_revoked, shape_held, shape_retried, shape_clock,
    shape_retention_pass, shape_doctor, shape_verification;
/* The same of the own index (shapes_own.c). */
extern const struct shape shape_own_asked, shape_own_found, shape_own_person, shape_own_removed,
    shape_own_imports, shape_own_dates, shape_own_review, shape_own_reviewed, shape_own_two,
    shape_own_joined, shape_own_parted;
extern const struct shape *const shape_least_of[1]; /* a threshold and what was measured at it */
/* The same of cases and hand-overs (shapes_case.c). */
extern const struct shape shape_case_put, shape_case_assign, shape_case_close, shape_case_note,
    shape_case_reference, shape_case_task, shape_case_protection, shape_handover_give,
    shape_handover_take;
extern const struct shape shape_cases, shape_case_done, shape_case_shown, shape_case_made,
    shape_case_referred, shape_case_protected, shape_tasks, shape_handover, shape_handovers,
    shape_crosscheck, shape_touched, shape_duplicates;
/* The same of the register and of translations (shapes_register.c). */
extern const struct shape shape_register_put, shape_translation_put;
extern const struct shape shape_register, shape_registered, shape_registered_shown,
    shape_translation_made, shape_translations;
/* The same of the night, and of the counts of a year (shapes_duty.c). */
extern const struct shape shape_turn_put, shape_emergency_review, shape_rights_decision,
    shape_glass_open, shape_glass_review, shape_glass, shape_glasses;
extern const struct shape shape_turn, shape_turns, shape_emergency, shape_emergencies,
    shape_on_call_turn, shape_statistics, shape_rights, shape_rights_flags;
/* Every argument that stands in a path or a query. */
extern const struct shape shape_parameters;

#endif
