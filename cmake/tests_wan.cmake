# A thin, slow line that is dropped, cut and goes deaf, between real nodes. Label real; its long form slow.
if(TARGET besa)
  add_executable(wan tests/real/wan.c tests/real/nodes.c tests/real/proxy.c tests/real/records.c)
  target_include_directories(wan PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(wan PRIVATE besa_cmd)
  foreach(form call pull long)
    add_test(NAME real_wan_${form} COMMAND ${CMAKE_SOURCE_DIR}/tests/real/wan.sh
             $<TARGET_FILE:besa> $<TARGET_FILE:wan> ${form})
  endforeach()
  set_tests_properties(real_wan_call real_wan_pull PROPERTIES LABELS real TIMEOUT 300 RUN_SERIAL TRUE)
  set_tests_properties(real_wan_long PROPERTIES LABELS slow TIMEOUT 900 RUN_SERIAL TRUE)
endif()
