/* Who of the own index is shown to whom: see own.h. */
#include "desk/own.h"

//= dir-2016-680 art 6
enum own_guard own_guard_of(const struct own_row *row)
{
    if (row->is_shielded)
        return OWN_GUARD_SHIELDED;
    return row->is_minor || person_category_is_protected((enum person_category)row->category)
               ? OWN_GUARD_PROTECTED
               : OWN_GUARD_OPEN;
}

struct own_viewer own_viewer_of(struct span case_number, enum purpose purpose)
{
    bool is_in_need = purpose == PURPOSE_MISSING_PERSONS || purpose == PURPOSE_IMMEDIATE_THREAT;

    return (struct own_viewer){.most = is_in_need ? OWN_GUARD_PROTECTED : OWN_GUARD_OPEN,
                               .case_number = case_number};
}

bool own_may_see(const struct own_row *row, const struct own_viewer *viewer)
{
    bool is_own_case =
        row->case_number.size > 0 && span_equal(row->case_number, viewer->case_number);

    return is_own_case || row->guard <= viewer->most;
}
