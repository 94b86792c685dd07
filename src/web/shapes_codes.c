/* Shapes of the codes of an item. */
#include "web/shape_codes.h"

const char *const permitted_action_names_said[PERMITTED_ACTION_COUNT - 1] = {
    "no_contact", "passive_check", "action_allowed"};

const char *const transfer_ground_names_said[TRANSFER_GROUND_COUNT - 1] = {
    "art61_treaty", "art37_1a", "art37_1b", "art38_1a",
    "art38_1b",     "art38_1c", "art38_1d", "art38_1e"};

static const struct shape_field ground_fields[] = {
    CHOICE("ground", MUST, transfer_ground_names_said, "The provision of Directive (EU) 2016/680."),
    TEXT("instrument", MUST, 1, TRANSFER_TEXT_SIZE_MAX, "The treaty, or the assessment."),
    TEXT("article", MUST, 1, TRANSFER_TEXT_SIZE_MAX, NULL),
    TIME("review_at", MUST, "When it is looked at again."),
    TEXT("reason", MAY, 1, TRANSFER_REASON_SIZE_MAX, "Why, under Articles 37(1)(b) and 38."),
};
const struct shape shape_transfer_ground =
    SHAPE("transfer_ground", "The ground on which data goes to the other state.", ground_fields);
const struct shape *const shape_transfer_grounds[1] = {&shape_transfer_ground};

static const struct shape_field item_fields[] = {CODES(MUST)};
static const struct shape codes_item =
    SHAPE("codes", "The codes of a message and of everything in it.", item_fields);
const struct shape *const shape_codes_of_item[1] = {&codes_item};
