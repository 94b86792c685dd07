/* The acts of the register and of translations. Private to desk. */
#ifndef BESA_DESK_REGISTER_H
#define BESA_DESK_REGISTER_H

#include "desk/case.h"
#include "desk/register_limits.h"
#include "store/register_rows.h"

act_run act_register_put, act_register_list, act_register_show, act_register_scan,
    act_translation_put, act_translation_list;

#endif
