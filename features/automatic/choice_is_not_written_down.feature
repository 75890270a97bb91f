@core
Feature: The choice is not written into the service
  KServe keeps the choice to itself: the service stays as its owner wrote it, and does not come to name the runtime
  that was chosen for it. So the next time KServe looks at the service it chooses again.

  Background:
    Given a ClusterServingRuntime "model-server" that speaks "v1, v2"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |

  @rule-choice-not-persisted
  Scenario: The chosen runtime is not stored in the service
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "model-server"
    And it is stored without a runtime

  @rule-choice-not-persisted
  Scenario: The version that the runtime lists is not stored in the service
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "model-server"
    And it is stored without a version

  @rule-choice-not-persisted
  Scenario: The protocol that the runtime speaks is not stored in the service
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "model-server"
    And it is stored without a protocol

  @rule-choice-not-persisted
  Scenario: A runtime that the service names stays in it
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it runs on ClusterServingRuntime "model-server"
    And it is stored with runtime "model-server"

  @rule-choice-not-persisted
  Scenario: Nothing is stored in a service that finds no runtime
    When a service in namespace "team-a" requests "onnx"
    Then it has no runtime because of "NoSupportingRuntime"
    And it is stored without a runtime
