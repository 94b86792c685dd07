/*
 * Export: an item as a file to be typed into a neighbouring channel (docs/safeguards.md g18). The channel is a road and no
 * recipient: who stands at its end is named, with what it is and the reference of the matter there, and none but a competent
 * authority can be (g5). No table says what may cross a channel to whom, so nothing does but what its provider may decide
 * about (g4). Where it leaves the Union, the ground of the transfer is named as for anything that is sent (g1, g2).
 */
#include "desk/onward.h"
#include "desk/private.h"
#include "desk/rights.h"

#include "base/text.h"
#include "message/transfer.h"

#define BIT(n) (UINT64_C(1) << (n))

//= dir-2016-680 art 35(1)(b)
//= dir-2016-680 art 39
const char *const recipient_kind_names[RECIPIENT_KIND_COUNT] = {
    [RECIPIENT_POLICE] = "police",   [RECIPIENT_BORDER_POLICE] = "border_police",
    [RECIPIENT_CUSTOMS] = "customs", [RECIPIENT_PROSECUTOR] = "prosecutor",
    [RECIPIENT_COURT] = "court",     [RECIPIENT_AGENCY] = "agency",
};

/* What is national, or of a partner who consents; and back to a channel what came of it. */
#define SOURCES_OWN (BIT(SOURCE_NATIONAL) | BIT(SOURCE_PARTNER))
static const uint64_t channel_sources[CHANNEL_COUNT] = {
    [CHANNEL_SIENA] = SOURCES_OWN | BIT(SOURCE_EUROPOL),
    [CHANNEL_INTERPOL] = SOURCES_OWN | BIT(SOURCE_INTERPOL),
    [CHANNEL_SELEC] = SOURCES_OWN | BIT(SOURCE_SELEC),
    [CHANNEL_EUROJUST] = SOURCES_OWN,
    [CHANNEL_FRONTEX] = SOURCES_OWN,
    [CHANNEL_LIAISON] = SOURCES_OWN,
    [CHANNEL_PROSECUTOR] = SOURCES_OWN,
    [CHANNEL_OTHER] = SOURCES_OWN,
};

/* Without the first, which is no ground. */
static const char *const *const ground_names = transfer_ground_names + 1;
#define GROUND_COUNT (TRANSFER_GROUND_COUNT - 1)

struct export
{
    size_t channel;
    struct span recipient;
    size_t kind;
    struct span reference; /* of the matter there */
    bool is_within_union;
    struct transfer transfer; /* its ground 0 within the Union */
    bool has_no_death_penalty;
    struct onward_consents consents;
};

static void arguments_read(const struct desk_call *call, struct export *out)
{
    struct json_object *arguments = call->arguments;

    *out = (struct export){
        .channel = json_get_choice(arguments, "channel", foreign_channel_names, CHANNEL_COUNT),
        .recipient = json_get_text(arguments, "recipient", 1, AUTHORITY_SIZE_MAX),
        .kind = json_get_choice(arguments, "recipient_kind", recipient_kind_names,
                                RECIPIENT_KIND_COUNT),
        .reference = json_get_text(arguments, "reference", 1, REFERENCE_SIZE_MAX),
        .is_within_union = json_get_boolean_optional(arguments, "within_union", false),
        .transfer = {.instrument =
                         json_get_text_optional(arguments, "instrument", TRANSFER_TEXT_SIZE_MAX),
                     .article =
                         json_get_text_optional(arguments, "article", TRANSFER_TEXT_SIZE_MAX),
                     .reason = json_get_text_optional(arguments, "ground_reason",
                                                      EXPORT_GROUND_REASON_SIZE_MAX)},
        .has_no_death_penalty = json_get_boolean_optional(arguments, "no_death_penalty", false),
        .consents = {json_get_text_optional(arguments, "consent", REFERENCE_SIZE_MAX),
                     json_get_text_optional(arguments, "third_consent", REFERENCE_SIZE_MAX)}};
    size_t ground =
        json_get_choice_optional(arguments, "ground", ground_names, GROUND_COUNT, GROUND_COUNT);
    if (ground < GROUND_COUNT)
        out->transfer.ground = (enum transfer_ground)(ground + 1);
}

/* --- whether it may go --- */

/* A derogation is for one case, and says why for each person: never for a list. */
//= dir-2016-680 art 38
static bool derogation_permit(const struct onward *onward, const struct export *export,
                              struct error *err)
{
    if (!transfer_is_derogation(export->transfer.ground))
        return true;
    if (export->transfer.reason.size == 0)
        return onward_refuse(onward, err, CLAUSE_TRANSFER_SINGLE, "ground '%s' without a reason",
                             transfer_ground_names[export->transfer.ground]);
    return onward->person_count <= 1 ||
           onward_refuse(onward, err, CLAUSE_TRANSFER_SINGLE,
                         "ground '%s' stands once for %zu persons; each needs its reason",
                         transfer_ground_names[export->transfer.ground], onward->person_count);
}

//= dir-2016-680 art 35(1)(d)
static bool transfer_permit(const struct onward *onward, const struct export *export,
                            struct error *err)
{
    const struct agreement_party *own = &onward->line->agreement.parties[onward->line->own_side];
    const struct transfer *transfer = &export->transfer;

    if (export->is_within_union && own->status == PARTY_EU_MEMBER)
        return transfer->ground == TRANSFER_NONE ||
               error_set(err, ERROR_INPUT, "ground: within the Union there is no transfer");
    if (transfer->ground == TRANSFER_NONE)
        return onward_refuse(onward, err, CLAUSE_TRANSFER_GROUND, "no transfer ground");
    if (transfer->instrument.size == 0 || transfer->article.size == 0)
        return onward_refuse(onward, err, CLAUSE_TRANSFER_GROUND,
                             "ground '%s' without instrument and article",
                             transfer_ground_names[transfer->ground]);
    if (!export->has_no_death_penalty)
        return onward_refuse(onward, err, CLAUSE_TRANSFER_RIGHTS,
                             "it is not declared that it serves no death penalty and no cruel "
                             "treatment");
    return derogation_permit(onward, export, err);
}

static bool export_permit(struct journal *journal, const struct desk_call *call,
                          struct onward *onward, const struct export *export, struct error *err)
{
    struct onward_way way = {.leaves_state = true, .is_judicial = true};

    return onward_sources_permit(onward, channel_sources[export->channel], "into this channel",
                                 err) &&
           transfer_permit(onward, export, err) &&
           onward_consents_permit(journal, call, onward, &way, &export->consents, err);
}

/* --- what comes out --- */

/* Who gets it, why it may go there, and under which provision: what an authority asks of a transfer. */
//= dir-2016-680 art 37(3)
static bool whom_write(const struct desk_call *call, const struct export *export, struct span *out,
                       size_t *count, struct error *err)
{
    const struct transfer *transfer = &export->transfer;

    *count = 0;
    if (!onward_object(call, "to channel", span_text(foreign_channel_names[export->channel]),
                       &out[(*count)++], err) ||
        !onward_object(call, recipient_kind_names[export->kind], export->recipient,
                       &out[(*count)++], err) ||
        !onward_object(call, "reference", export->reference, &out[(*count)++], err))
        return false;
    if (transfer->ground == TRANSFER_NONE)
        return onward_object(call, "within the", span_text("Union"), &out[(*count)++], err);
    if (!onward_object(call, "ground", span_text(transfer_ground_names[transfer->ground]),
                       &out[(*count)++], err) ||
        !onward_object(call, "instrument", transfer->instrument, &out[(*count)++], err) ||
        !onward_object(call, "article", transfer->article, &out[(*count)++], err))
        return false;
    return transfer->reason.size == 0 ||
           onward_object(call, "because", transfer->reason, &out[(*count)++], err);
}

static void ground_write(const struct transfer *transfer, struct json_writer *out)
{
    json_boolean_field(out, "within_union", transfer->ground == TRANSFER_NONE);
    if (transfer->ground == TRANSFER_NONE)
        return;
    json_string_field(out, "ground", transfer_ground_names[transfer->ground]);
    json_text_field(out, "instrument", transfer->instrument);
    json_text_field(out, "article", transfer->article);
    json_text_field_optional(out, "ground_reason", transfer->reason);
}

bool act_item_export(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                     struct error *err)
{
    struct onward *onward = NULL;
    struct span whom[ONWARD_OBJECT_MAX];
    struct export export;
    size_t count = 0;

    arguments_read(call, &export);
    if (!onward_find(journal, call, &onward, err) ||
        !rights_permit_in_case(journal, call, NULL, err) ||
        !rights_permit_item(journal, onward->row.id, call->arena, err) ||
        !onward_people_permit(journal, call, onward, span_text(""), err) ||
        !export_permit(journal, call, onward, &export, err) ||
        !onward_review_permit(journal, call, onward, err) ||
        !whom_write(call, &export, whom, &count, err))
        return false;
    if (call->is_trial)
        return true;
    if (!onward_disclose(journal, call, onward, "item-export", whom, count, err))
        return false;
    json_begin_object(out);
    json_string_field(out, "format", "besa-handover/1");
    json_string_field(out, "channel", foreign_channel_names[export.channel]);
    json_text_field(out, "recipient", export.recipient);
    json_string_field(out, "recipient_kind", recipient_kind_names[export.kind]);
    json_text_field(out, "channel_reference", export.reference);
    ground_write(&export.transfer, out);
    onward_write(journal, onward, out);
    json_end_object(out);
    return true;
}
