@extended @since-0.15.0
Feature: Whether a named runtime has worker nodes is not checked
  A service that names its runtime gets it even if the one has worker nodes and the other has not. A multi-node
  runtime then runs on one node. The other way round KServe itself fails: it looks for the runtime's worker nodes
  without asking whether there are any.

  @rule-multi-node-explicit-unchecked
  Scenario: A service on one node may name a multi-node runtime
    Given a ClusterServingRuntime "many-node" that is multi-node
      | format      | version | autoSelect |
      | huggingface | 1       | true       |
    When a service in namespace "team-a" requests "huggingface" with runtime "many-node"
    Then it runs on ClusterServingRuntime "many-node"

  @rule-multi-node-explicit-unchecked
  Scenario: A service on several nodes may name a multi-node runtime
    Given a ClusterServingRuntime "many-node" that is multi-node
      | format      | version | autoSelect |
      | huggingface | 1       | true       |
    When a service in namespace "team-a" requests "huggingface" with runtime "many-node" on multiple nodes
    Then it runs on ClusterServingRuntime "many-node"

  @rule-multi-node-mismatch-crashes
  Scenario: A service on several nodes that names a runtime without worker nodes makes KServe fail
    Given a ClusterServingRuntime "one-node"
      | format      | version | autoSelect |
      | huggingface | 1       | true       |
    When a service in namespace "team-a" requests "huggingface" with runtime "one-node" on multiple nodes
    Then it has no runtime, and no reason is reported

  @rule-status-names-runtime @since-0.16.0
  Scenario: The status does not name the runtime that made KServe fail
    Given a ClusterServingRuntime "one-node"
      | format      | version | autoSelect |
      | huggingface | 1       | true       |
    When a service in namespace "team-a" requests "huggingface" with runtime "one-node" on multiple nodes
    Then its status names no runtime

  @rule-explicit-format
  Scenario: The format of a named runtime is checked before its worker nodes are looked for
    Given a ClusterServingRuntime "one-node"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "huggingface" with runtime "one-node" on multiple nodes
    Then it has no runtime because of "NoSupportingRuntime"
