@extended @exact-names
Feature: The protocol of two formats defaults to v2
  The servers for the formats triton and vLLM do not speak v1. The webhook writes v2 into such a service if it has no
  protocol: for triton since v0.11.2, for vLLM since v0.20.0. The names of the formats must match exactly.

  Background:
    Given a ClusterServingRuntime "model-server" that speaks "v2, grpc-v2"
      | format | version | autoSelect |
      | triton | 2       | true       |
      | vLLM   | 1       | true       |
      | Triton | 2       | true       |
      | vllm   | 1       | true       |

  @rule-triton-format-speaks-v2 @since-0.11.2
  Scenario: Since v0.11.2 a triton model without a protocol requests v2
    When a service in namespace "team-a" requests "triton"
    Then it is stored with protocol "v2"
    And it runs on ClusterServingRuntime "model-server"

  @rule-auto-protocol-v1-by-default @since-0.11.1 @until-0.11.1
  Scenario: In v0.11.1 a triton model without a protocol has no runtime
    When a service in namespace "team-a" requests "triton"
    Then it is stored without a protocol
    And it has no runtime because of "NoSupportingRuntime"

  @rule-auto-protocol-ignored @rule-auto-protocol-any-by-default @until-0.11.0
  Scenario: Up to v0.11.0 a triton model needs no protocol
    When a service in namespace "team-a" requests "triton"
    Then it is stored without a protocol
    And it runs on ClusterServingRuntime "model-server"

  @rule-vllm-format-speaks-v2 @since-0.20.0
  Scenario: Since v0.20.0 a vLLM model without a protocol requests v2
    When a service in namespace "team-a" requests "vLLM"
    Then it is stored with protocol "v2"
    And it runs on ClusterServingRuntime "model-server"

  @rule-auto-protocol-v1-by-default @since-0.11.1 @until-0.19.0
  Scenario: From v0.11.1 to v0.19.0 a vLLM model without a protocol does not match a runtime that only speaks v2
    When a service in namespace "team-a" requests "vLLM"
    Then it is stored without a protocol
    And it has no runtime because of "NoSupportingRuntime"

  @rule-triton-format-speaks-v2 @since-0.11.2
  Scenario Outline: A protocol that the service sets is kept: <protocol>
    When a service in namespace "team-a" requests "triton" over "<protocol>"
    Then it is stored with protocol "<protocol>"

    Examples:
      | protocol |
      | v1       |
      | grpc-v2  |

  @rule-triton-format-speaks-v2 @since-0.11.2
  Scenario: A triton model that requests v1 has no runtime
    When a service in namespace "team-a" requests "triton" over "v1"
    Then it has no runtime because of "NoSupportingRuntime"

  @rule-triton-format-speaks-v2 @since-0.11.2
  Scenario Outline: A name that differs in case is another format: <format>
    When a service in namespace "team-a" requests "<format>"
    Then it is stored without a protocol
    And it has no runtime because of "NoSupportingRuntime"

    Examples:
      | format |
      | Triton |
      | vllm   |

  @rule-triton-format-speaks-v2 @since-0.11.2
  Scenario: A triton model that names its runtime requests v2 as well
    Given a ClusterServingRuntime "v1-server" that speaks "v1"
      | format | version | autoSelect |
      | triton | 2       | true       |
    When a service in namespace "team-a" requests "triton" with runtime "v1-server"
    Then it has no runtime because of "NoSupportingRuntime"
