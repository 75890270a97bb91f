@extended @exact-names
Feature: KServe gives some servers a protocol by their name, at first before it checks the runtime
  KServe knows three of its own servers by name and gives a service that names one a protocol of its own, if the
  service has none: v2 for kserve-mlserver and kserve-tritonserver, v1 for kserve-torchserve. Up to v0.16.0 it did
  so before it checked what the runtime speaks, so that a service could be refused for a protocol nobody asked for.

  Background:
    Given these ServingRuntimes in namespace "team-a"
      | name                | format  | version | protocols |
      | kserve-mlserver     | sklearn | 1       | v1        |
      | kserve-tritonserver | onnx    | 1       | v1        |
      | kserve-torchserve   | pytorch | 1       | v2        |
      | own-mlserver        | sklearn | 1       | v1        |

  @rule-explicit-defaults-before-checks @since-0.9.0 @until-0.16.0
  Scenario Outline: Up to v0.16.0 the protocol given by the name is checked: <runtime>
    When a service in namespace "team-a" requests "<format>" with runtime "<runtime>"
    Then it has no runtime because of "NoSupportingRuntime"

    Examples:
      | runtime             | format  |
      | kserve-mlserver     | sklearn |
      | kserve-tritonserver | onnx    |
      | kserve-torchserve   | pytorch |

  @rule-explicit-checks-before-defaults @since-0.17.0
  Scenario Outline: Since v0.17.0 only a protocol of the service is checked: <runtime>
    When a service in namespace "team-a" requests "<format>" with runtime "<runtime>"
    Then it runs on ServingRuntime "<runtime>" in namespace "team-a"

    Examples:
      | runtime             | format  |
      | kserve-mlserver     | sklearn |
      | kserve-tritonserver | onnx    |
      | kserve-torchserve   | pytorch |

  @rule-explicit-protocol-ignored @until-0.8.0
  Scenario: Before v0.9.0 no protocol was checked
    When a service in namespace "team-a" requests "sklearn" with runtime "kserve-mlserver"
    Then it runs on ServingRuntime "kserve-mlserver" in namespace "team-a"

  @rule-explicit-defaults-before-checks @since-0.9.0 @until-0.16.0
  Scenario: Up to v0.16.0 a protocol that the service gives comes before the one of the name
    When a service in namespace "team-a" requests "sklearn" over "v1" with runtime "kserve-mlserver"
    Then it runs on ServingRuntime "kserve-mlserver" in namespace "team-a"

  @rule-explicit-protocol @since-0.9.0
  Scenario: A server of another name gets no protocol by its name
    When a service in namespace "team-a" requests "sklearn" with runtime "own-mlserver"
    Then it runs on ServingRuntime "own-mlserver" in namespace "team-a"
