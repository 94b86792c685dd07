/* Rules shared by bodies: see rules.h. */
#include "message/rules.h"

#include "message/form.h"

#include <stdio.h>

/* form_problem at a field of element `index`. */
static void element_problem(const struct json_object *object, const struct marked_list *list,
                            size_t index, const char *field, enum error_kind kind, const char *text)
{
    char path[PROBLEM_PATH_SIZE];
    snprintf(path, sizeof path, "%s[%zu]%s.%s", list->name, index,
             list->is_person(list->body, index) ? list->inner : ".text", field);
    form_problem(object, path, kind, "%s", text);
}

static void id_check(const struct json_object *object, const struct marked_list *list, size_t index)
{
    const struct marking *marking = list->marking_at(list->body, index);
    for (size_t i = 0; i < index; i++)
        if (memcmp(list->marking_at(list->body, i)->id, marking->id, UUID_SIZE) == 0) {
            element_problem(object, list, index, "marking.id", ERROR_INPUT, "stands twice");
            return;
        }
}

//= dir-2016-680 art 35(1)(d)
//= dir-2016-680 art 38(1)
void rules_check(const struct json_object *object, const struct marked_list *list,
                 const struct transfer *general, enum classification ceiling)
{
    size_t leaning = 0; /* persons that stand on the general ground */

    for (size_t i = 0; i < list->count; i++) {
        const struct marking *marking = list->marking_at(list->body, i);
        id_check(object, list, i);
        if (marking->classification > ceiling)
            element_problem(object, list, i, "marking.classification", ERROR_RULE,
                            "is higher than that of the message");
        if (!list->is_person(list->body, i) || marking->has_transfer)
            continue;
        leaning++;
        if (general == NULL)
            element_problem(object, list, i, "marking.transfer", ERROR_RULE,
                            "is required where the message names no ground of transfer");
    }
    if (general != NULL && transfer_is_derogation(general->ground) && leaning > 1)
        form_problem(object, "transfer", ERROR_RULE,
                     "Article 38 is for single cases: name it for each person apart");
}

void rules_handling(const struct json_object *object, uint64_t handling, struct span note)
{
    const char *fault = handling_fault(handling, note);
    if (fault != NULL)
        form_problem(object, "handling", ERROR_INPUT, "%s", fault);
}
