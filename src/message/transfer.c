/* Transfer ground: see transfer.h. */
#include "message/transfer.h"

#include "message/form.h"

const char *const transfer_ground_names[TRANSFER_GROUND_COUNT] = {
    [TRANSFER_ART61_TREATY] = "art61_treaty", [TRANSFER_ART37_1A] = "art37_1a",
    [TRANSFER_ART37_1B] = "art37_1b",         [TRANSFER_ART38_1A] = "art38_1a",
    [TRANSFER_ART38_1B] = "art38_1b",         [TRANSFER_ART38_1C] = "art38_1c",
    [TRANSFER_ART38_1D] = "art38_1d",         [TRANSFER_ART38_1E] = "art38_1e",
};

bool transfer_is_derogation(enum transfer_ground ground)
{
    return ground >= TRANSFER_ART38_1A && ground <= TRANSFER_ART38_1E;
}

/* Both the own assessment and the derogations are documented with their reason. */
//= dir-2016-680 art 37(3)
//= dir-2016-680 art 38(3)
static void transfer_check(const struct json_object *object, const void *value)
{
    const struct transfer *transfer = value;

    if (transfer_is_derogation(transfer->ground) && transfer->reason.size == 0)
        form_problem(object, "reason", ERROR_RULE, "is required under Article 38");
    if (transfer->ground == TRANSFER_ART37_1B && transfer->reason.size == 0)
        form_problem(object, "reason", ERROR_RULE, "is required under Article 37(1)(b)");
}

static const struct form_field transfer_fields[] = {
    {.name = "ground",
     .kind = FORM_CHOICE,
     FORM_AT(struct transfer, ground),
     FORM_NAMES(transfer_ground_names),
     .about = "The provision of Directive (EU) 2016/680."},
    {.name = "instrument",
     .kind = FORM_TEXT,
     FORM_AT(struct transfer, instrument),
     .min = 1,
     .max = TRANSFER_TEXT_SIZE_MAX,
     .about = "The treaty, or the reference of the assessment, that it stands on."},
    {.name = "article",
     .kind = FORM_TEXT,
     FORM_AT(struct transfer, article),
     .min = 1,
     .max = TRANSFER_TEXT_SIZE_MAX,
     .about = "Its article."},
    {.name = "review_at",
     .kind = FORM_TIME,
     FORM_AT(struct transfer, review_at_ms),
     .about = "When ground and instrument are looked at again."},
    {.name = "reason",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct transfer, reason),
     .min = 1,
     .max = TRANSFER_REASON_SIZE_MAX,
     .about = "Why, for this person; required under Articles 37(1)(b) and 38."},
};

const struct form transfer_form = {
    .name = "transfer",
    .about = "The ground on which personal data goes to the other state.",
    .fields = transfer_fields,
    .count = ARRAY_COUNT(transfer_fields),
    .size = sizeof(struct transfer),
    .check = transfer_check,
};
