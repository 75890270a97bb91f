@extended @since-0.15.0
Feature: KServe does not check the worker nodes of a named runtime
  A service gets the runtime that it names even if only one of the two has worker nodes. A multi-node runtime then
  runs on a single node. In the opposite case KServe itself fails, because it uses the worker nodes of the runtime
  without checking that they exist.

  @rule-multi-node-explicit-unchecked
  Scenario: A single-node service can name a multi-node runtime
    Given a ClusterServingRuntime "many-node" that is multi-node
      | format      | version | autoSelect |
      | huggingface | 1       | true       |
    When a service in namespace "team-a" requests "huggingface" with runtime "many-node"
    Then it runs on ClusterServingRuntime "many-node"

  @rule-multi-node-explicit-unchecked
  Scenario: A multi-node service can name a multi-node runtime
    Given a ClusterServingRuntime "many-node" that is multi-node
      | format      | version | autoSelect |
      | huggingface | 1       | true       |
    When a service in namespace "team-a" requests "huggingface" with runtime "many-node" on multiple nodes
    Then it runs on ClusterServingRuntime "many-node"

  @rule-multi-node-mismatch-crashes
  Scenario: KServe fails on a multi-node service that names a runtime without worker nodes
    Given a ClusterServingRuntime "one-node"
      | format      | version | autoSelect |
      | huggingface | 1       | true       |
    When a service in namespace "team-a" requests "huggingface" with runtime "one-node" on multiple nodes
    Then it has no runtime, and no reason is reported

  @rule-status-names-runtime @since-0.16.0
  Scenario: The status does not name the runtime on which KServe failed
    Given a ClusterServingRuntime "one-node"
      | format      | version | autoSelect |
      | huggingface | 1       | true       |
    When a service in namespace "team-a" requests "huggingface" with runtime "one-node" on multiple nodes
    Then its status names no runtime

  @rule-explicit-format
  Scenario: KServe checks the format of a named runtime before it uses the worker nodes
    Given a ClusterServingRuntime "one-node"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "huggingface" with runtime "one-node" on multiple nodes
    Then it has no runtime because of "NoSupportingRuntime"
