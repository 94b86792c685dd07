/*
 * Forwarding: an item goes to a competent authority of this state. Those that the agreement lists are the only ones, so that
 * it never comes to an intelligence service, the administration of migration, tax, private parties or media
 * (docs/safeguards.md g5).
 */
#include "desk/onward.h"
#include "desk/private.h"

#include "base/text.h"

const char *const onward_use_names[ONWARD_USE_COUNT] = {
    [ONWARD_USE_POLICE] = "police",
    [ONWARD_USE_PROCEEDINGS] = "proceedings",
};

static const struct agreement_party *own_party(const struct onward *onward)
{
    return &onward->line->agreement.parties[onward->line->own_side];
}

//= dir-2016-680 art 35(1)(b)
static bool authority_permit(const struct onward *onward, struct span name, struct span *code,
                             struct error *err)
{
    const struct agreement_party *party = own_party(onward);

    for (size_t i = 0; i < party->authority_count; i++) {
        if (!span_equal(party->authorities[i].code, name) &&
            !span_equal(party->authorities[i].name, name))
            continue;
        *code = party->authorities[i].code;
        return true;
    }
    return onward_refuse(onward, err, CLAUSE_AUTHORITIES,
                         "the authority is none of this state's competent ones; it goes to no "
                         "other");
}

/* Within a member state it stays in the Union; a third country has nothing of what may not leave it. */
//= reg-2018-1240 art 65
static uint64_t sources_here(const struct onward *onward)
{
    uint64_t permitted = 0;

    for (size_t i = 0; i < SOURCE_SYSTEM_COUNT; i++)
        if (own_party(onward)->status == PARTY_EU_MEMBER ||
            source_system_may_leave_union((enum source_system)i))
            permitted |= UINT64_C(1) << i;
    return permitted;
}

bool act_item_forward(struct journal *journal, const struct desk_call *call,
                      struct json_writer *out, struct error *err)
{
    struct span name = json_get_text(call->arguments, "authority", 1, AUTHORITY_SIZE_MAX);
    size_t use = json_get_choice_optional(call->arguments, "use", onward_use_names,
                                          ONWARD_USE_COUNT, ONWARD_USE_COUNT);
    struct onward_consents consents = {
        json_get_text_optional(call->arguments, "consent", REFERENCE_SIZE_MAX),
        json_get_text_optional(call->arguments, "third_consent", REFERENCE_SIZE_MAX)};
    /* Whoever does not say what for, may mean a court. */
    struct onward_way way = {.is_judicial = use != ONWARD_USE_POLICE};
    struct onward *onward = NULL;
    struct span authority = {NULL, 0};
    struct span whom[2];
    size_t count = 0;

    if (!onward_find(journal, call, &onward, err) ||
        !onward_people_permit(journal, call, onward, span_text(journal->party), err) ||
        !authority_permit(onward, name, &authority, err) ||
        !onward_sources_permit(onward, sources_here(onward), "on in a third country", err) ||
        !onward_consents_permit(journal, call, onward, &way, &consents, err) ||
        !onward_review_permit(journal, call, onward, err) ||
        !onward_object(call, "to authority", authority, &whom[count++], err))
        return false;
    if (use < ONWARD_USE_COUNT &&
        !onward_object(call, "use", span_text(onward_use_names[use]), &whom[count++], err))
        return false;
    if (call->is_trial)
        return true;
    if (!onward_disclose(journal, call, onward, "item-forward", whom, count, err))
        return false;
    json_begin_object(out);
    json_string_field(out, "format", "besa-handover/1");
    json_text_field(out, "authority", authority);
    if (use < ONWARD_USE_COUNT)
        json_string_field(out, "use", onward_use_names[use]);
    onward_write(journal, onward, out);
    json_end_object(out);
    return true;
}
