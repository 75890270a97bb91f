@extended @exact-names
Feature: KServe sets the protocol of some servers by their name, up to v0.16.0 before it checks the runtime
  KServe knows three of its servers by name and sets a protocol for a service that names one of them and sets none
  itself: v2 for kserve-mlserver and kserve-tritonserver, v1 for kserve-torchserve. Up to v0.16.0 it does so before it
  checks the protocols of the runtime, so a service can have no runtime because of a protocol that it did not request.

  Background:
    Given these ServingRuntimes in namespace "team-a"
      | name                | format  | version | protocols |
      | kserve-mlserver     | sklearn | 1       | v1        |
      | kserve-tritonserver | onnx    | 1       | v1        |
      | kserve-torchserve   | pytorch | 1       | v2        |
      | own-mlserver        | sklearn | 1       | v1        |

  @rule-explicit-defaults-before-checks @since-0.9.0 @until-0.16.0
  Scenario Outline: Up to v0.16.0 the protocol set by the name is checked: <runtime>
    When a service in namespace "team-a" requests "<format>" with runtime "<runtime>"
    Then it has no runtime because of "NoSupportingRuntime"

    Examples:
      | runtime             | format  |
      | kserve-mlserver     | sklearn |
      | kserve-tritonserver | onnx    |
      | kserve-torchserve   | pytorch |

  @rule-explicit-checks-before-defaults @since-0.17.0
  Scenario Outline: Since v0.17.0 only the protocol of the service is checked: <runtime>
    When a service in namespace "team-a" requests "<format>" with runtime "<runtime>"
    Then it runs on ServingRuntime "<runtime>" in namespace "team-a"

    Examples:
      | runtime             | format  |
      | kserve-mlserver     | sklearn |
      | kserve-tritonserver | onnx    |
      | kserve-torchserve   | pytorch |

  @rule-explicit-protocol-ignored @until-0.8.0
  Scenario: Before v0.9.0 no protocol is checked
    When a service in namespace "team-a" requests "sklearn" with runtime "kserve-mlserver"
    Then it runs on ServingRuntime "kserve-mlserver" in namespace "team-a"

  @rule-explicit-defaults-before-checks @since-0.9.0 @until-0.16.0
  Scenario: Up to v0.16.0 the protocol of the service overrides the one set by the name
    When a service in namespace "team-a" requests "sklearn" over "v1" with runtime "kserve-mlserver"
    Then it runs on ServingRuntime "kserve-mlserver" in namespace "team-a"

  @rule-explicit-protocol @since-0.9.0
  Scenario: A server with another name gets no protocol
    When a service in namespace "team-a" requests "sklearn" with runtime "own-mlserver"
    Then it runs on ServingRuntime "own-mlserver" in namespace "team-a"
