@rule-no-runtime-lookup-at-admission @core
Feature: A service is accepted whether or not it has a runtime
  The webhook does not check whether a service has a runtime. A service that names a missing runtime, or that requests
  a format that no runtime supports, is stored all the same; the controller reports the failure afterwards.

  Background:
    Given these ClusterServingRuntimes
      | name         | format  | version | autoSelect | disabled | protocols |
      | model-server | sklearn | 1       | true       |          | v1        |
      | off-server   | sklearn | 1       | true       | true     | v1        |

  Scenario Outline: A service that names a runtime is accepted although <what>
    When a service in namespace "team-a" requests "<format>" with runtime "<runtime>"
    Then the service is accepted

    Examples:
      | what                               | format  | runtime        |
      | no runtime has that name           | sklearn | no-such-server |
      | the runtime is disabled            | sklearn | off-server     |
      | the runtime has another format     | xgboost | model-server   |
      | the name is empty                  | sklearn |                |

  Scenario Outline: A service without a named runtime is accepted although <what>
    When a service in namespace "team-a" requests "<format>" version "<version>" over "<protocol>"
    Then the service is accepted

    Examples:
      | what                                | format  | version | protocol |
      | no runtime has the format           | xgboost | 1       | v1       |
      | no runtime has the version          | sklearn | 2       | v1       |
      | no runtime speaks the protocol      | sklearn | 1       | v2       |
      | KServe does not know the protocol   | sklearn | 1       | v3       |

  Scenario: A runtime is accepted although no service needs it
    When a ClusterServingRuntime "another-server" is applied
      | format | version | autoSelect |
      | onnx   | 1       | true       |
    Then the runtime is accepted
