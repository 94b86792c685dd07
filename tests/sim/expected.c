/* What must come: see expected.h. */
#include "sim/expected.h"

#include "sim/mischief.h"

static const char *const calls[] = {"lost",    "answer lost",     "reset",           "doubled",
                                    "delayed", "refused at once", "partner is down", "overtaken",
                                    NULL};
static const char *const sites[] = {"writer: write besa.db-wal",    "writer: sync besa.db-wal",
                                    "writer: write keeper.record",  "writer: sync keeper.record",
                                    "opening: write keeper.record", "opening: sync keeper.record",
                                    "checkpoint: write besa.db",    "checkpoint: sync besa.db",
                                    "checkpoint: sync besa.db-wal", NULL};
static const char *const refusals[] = {"/1/push behind",
                                       "/1/push busy",
                                       "/1/push clock",
                                       "/1/push read-only",
                                       "/1/push fork",
                                       "/1/resume-piece rule",
                                       NULL};
static const char *const act_refusals[] = {"request-send rule",
                                           "item-erase conflict",
                                           "item-withdraw conflict",
                                           "request-send conflict",
                                           "item-show missing",
                                           "resume-order rule",
                                           NULL};
static const char *const stops[] = {"own, after a restore", NULL};
static const char *const orders[] = {"order restored", NULL};
static const char *const resumes[] = {"receipts alone came back", NULL};
static const char *const agreement[] = {
    "amendment in force at both", "entries under a later version", "returned to its officer unsent",
    "terminated, known to both", NULL};
static const char *const approvals[] = {"answers of two officers", "refused to one officer",
                                        "unasked of two officers",
                                        "unasked, refused to one officer", NULL};
static const char *const ends_alone[] = {"end of a log refused to one officer", NULL};
static const char *const suspensions[] = {"refused what came meanwhile", NULL};
static const char *const files[] = {"a part is given", "no part is given", NULL};
static const char *const revocations[] = {"in force", "while suspended", NULL};
static const char *const limits[] = {"moved",
                                     "suspended",
                                     "as the logs give it",
                                     "as the logs give it, suspended",
                                     "as the logs give it, after a suspension",
                                     NULL};
static const char *const after_answers[] = {"a further answer is given",
                                            "a second answer is refused",
                                            "asked again",
                                            "open at both",
                                            "answered at both",
                                            "answered at both, further",
                                            "answered at both, and erased",
                                            NULL};
static const char *const copies[] = {"entries came back", "nothing was missing", NULL};
static const char *const retention[] = {"items erased", "kept at both", "gone", NULL};
static const char *const lost[] = {"receipted and back", "never receipted", NULL};
static const char *const clones[] = {"the copy stays",
                                     "the original stays",
                                     "found: the partner stops custody",
                                     "found: the log was written twice",
                                     "found: the partner holds more of ours",
                                     "found: the partner holds later receipts",
                                     "found: another domestic log",
                                     "found: the witness holds more",
                                     NULL};
static const char *const records[] = {"made anew and paired", NULL};
static const char *const thefts[] = {"receipts that the thief gave", NULL};

/* Logs end for each reason, both kinds of them. */
static const char *const ends_closing[] = {"yearly closing: outgoing log",
                                           "yearly closing: domestic log", NULL};
static const char *const ends_key_change[] = {"key change: outgoing log",
                                              "key change: domestic log", NULL};
static const char *const ends_key_theft[] = {"key theft: outgoing log", "key theft: domestic log",
                                             NULL};
static const char *const ends_keeper_lost[] = {"keeper_lost: outgoing log",
                                               "keeper_lost: domestic log", NULL};
static const char *const ends_restored[] = {"restored: outgoing log", "restored: domestic log",
                                            NULL};
static const char *const ends_cloned[] = {"cloned: outgoing log", "cloned: domestic log", NULL};

struct expected {
    const char *group;
    const char *const *names;
    enum event_kind event; /* to which it belongs; EVENT_ANY: to none */
};
static const struct expected rows[] = {
    {"agreement", agreement, EVENT_ANY},
    {"approval", approvals, EVENT_ANY},
    {"approval", ends_alone, EVENT_CLOSING},
    {"suspension", suspensions, EVENT_ANY},
    {"file", files, EVENT_ANY},
    {"key revocation", revocations, EVENT_ANY},
    {"limit", limits, EVENT_ANY},
    {"after an answer", after_answers, EVENT_ANY},
    {"fault", calls, EVENT_ANY},
    {"crash left", fate_names, EVENT_ANY},
    {"line", line_kinds, EVENT_ANY},
    {"act", act_names, EVENT_ANY},
    {"crash site", sites, EVENT_ANY},
    {"refusal of a call", refusals, EVENT_ANY},
    {"refusal of an act", act_refusals, EVENT_ANY},
    {"event", event_names, EVENT_ANY},
    {"log ended", ends_closing, EVENT_CLOSING},
    {"log ended", ends_key_change, EVENT_KEY_CHANGE},
    {"log ended", ends_key_theft, EVENT_KEY_THEFT},
    {"theft", thefts, EVENT_KEY_THEFT},
    {"keeper record", records, EVENT_RECORD_LOST},
    {"keeper record", records, EVENT_RECORDS_LOST},
    {"log ended", ends_keeper_lost, EVENT_RECORDS_LOST},
    {"retention", retention, EVENT_RETENTION},
    {"clone", clones, EVENT_CLONE},
    {"log ended", ends_cloned, EVENT_CLONE},
    {"log stopped", stops, EVENT_RESTORE},
    {"resume", resumes, EVENT_ANY},
    {"resume", orders, EVENT_RESTORE},
    {"log ended", ends_restored, EVENT_RESTORE},
    {"after a restore", lost, EVENT_RESTORE},
    {"audit copy", copies, EVENT_RESTORE},
};

void expected_all(bool is_hostile)
{
    const char *const half_open[] = {"half open until the caller gave up", NULL};

    for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
        tally_expect(rows[i].group, rows[i].names);
    for (int kind = 0; kind < FAULT_KIND_COUNT; kind++) {
        const char *const one[] = {fault_names[kind], NULL};
        if (kind != FAULT_WRITE_ERROR || is_hostile)
            tally_expect("fault", one);
    }
    if (is_hostile) {
        tally_expect("fault", mischief_names);
        tally_expect("fault", half_open);
    }
}

bool expected_of(enum event_kind event)
{
    bool has_any = false;

    for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
        if (rows[i].event == event) {
            tally_expect(rows[i].group, rows[i].names);
            has_any = true;
        }
    return has_any;
}
