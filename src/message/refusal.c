/* Refusal grounds: see refusal.h. */
#include "message/refusal.h"

#include "message/form.h"

//= dir-2023-977 art 6(1)
const char *const refusal_ground_names[REFUSAL_GROUND_COUNT] = {
    [REFUSAL_GROUND_A] = "a",       [REFUSAL_GROUND_B] = "b",
    [REFUSAL_GROUND_C] = "c",       [REFUSAL_GROUND_D] = "d",
    [REFUSAL_GROUND_E] = "e",       [REFUSAL_GROUND_F_I] = "f_i",
    [REFUSAL_GROUND_F_II] = "f_ii", [REFUSAL_GROUND_F_III] = "f_iii",
    [REFUSAL_GROUND_G_I] = "g_i",   [REFUSAL_GROUND_G_II] = "g_ii",
    [REFUSAL_GROUND_H] = "h",       [REFUSAL_GROUND_I] = "i",
    [REFUSAL_GROUND_J] = "j",       [REFUSAL_GROUND_K] = "k",
    [REFUSAL_GROUND_L] = "l",       [REFUSAL_GROUND_M] = "m",
    [REFUSAL_GROUND_N] = "n",       [REFUSAL_GROUND_O] = "o",
    [REFUSAL_GROUND_P] = "p",       [REFUSAL_GROUND_UNDER_AGREEMENT] = "under_agreement",
};

const char *const refusal_ground_meanings[REFUSAL_GROUND_COUNT] = {
    [REFUSAL_GROUND_A] = "not available to the Single Point of Contact and the authorities",
    [REFUSAL_GROUND_B] = "the request does not meet the requirements of a request",
    [REFUSAL_GROUND_C] = "the judicial authorisation was refused",
    [REFUSAL_GROUND_D] = "personal data outside the permitted categories",
    [REFUSAL_GROUND_E] = "found inaccurate, incomplete or out of date",
    [REFUSAL_GROUND_F_I] = "would harm essential interests of national security",
    [REFUSAL_GROUND_F_II] = "would jeopardise an investigation or a person's safety",
    [REFUSAL_GROUND_F_III] = "would unduly harm important interests of a legal person",
    [REFUSAL_GROUND_G_I] = "an offence punishable by at most one year",
    [REFUSAL_GROUND_G_II] = "not an offence in the requested state",
    [REFUSAL_GROUND_H] = "obtained from another state that did not consent",
    [REFUSAL_GROUND_I] = "real risk of death penalty, torture or inhuman treatment",
    [REFUSAL_GROUND_J] = ("political, military, religious or racial character, "
                          "or punishing opinion, press or assembly"),
    [REFUSAL_GROUND_K] = "discrimination",
    [REFUSAL_GROUND_L] = "harm to a person seeking or holding international protection",
    [REFUSAL_GROUND_M] = "already finally judged",
    [REFUSAL_GROUND_N] = "only humanitarian help without gain",
    [REFUSAL_GROUND_O] = "disproportionate",
    [REFUSAL_GROUND_P] = "sovereignty, public order or national law",
    [REFUSAL_GROUND_UNDER_AGREEMENT] = "refused under the agreement",
};

static void refusal_check(const struct json_object *object, const void *value)
{
    const struct refusal *refusal = value;
    if (refusal->ground != REFUSAL_GROUND_UNDER_AGREEMENT && refusal->reason.size == 0)
        form_problem(object, "reason", ERROR_INPUT,
                     "is required, but for ground 'under_agreement'");
}

static const struct form_field refusal_fields[] = {
    {.name = "ground",
     .kind = FORM_CHOICE,
     FORM_AT(struct refusal, ground),
     FORM_NAMES(refusal_ground_names),
     .about = "Code of the ground; see the list of grounds below."},
    {.name = "reason",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct refusal, reason),
     .min = 1,
     .max = REFUSAL_REASON_SIZE_MAX,
     .about = "The reasons; may lack only for `under_agreement`."},
};

const struct form refusal_form = {
    .name = "refusal",
    .about = "One ground of refusal; it covers only the part of the request that it concerns.",
    .fields = refusal_fields,
    .count = ARRAY_COUNT(refusal_fields),
    .size = sizeof(struct refusal),
    .check = refusal_check,
};
